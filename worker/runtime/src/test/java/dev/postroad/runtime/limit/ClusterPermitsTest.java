package dev.postroad.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GuardSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits over all workers, in a model of them: permits are conserved whatever crashes, is lost or is taken for dead. */
@NullMarked
class ClusterPermitsTest {
    private static final Permits.Key KEY = new Permits.Key("agent/a", "k");
    private static final int STEPS = 2_000;

    /** What Postgres holds of one limit, with requests that are lost, and others of which the answer is. */
    private static final class Table {
        final Map<Integer, Integer> places = new HashMap<>();
        final Map<Integer, Long> wanting = new HashMap<>();
        final Random random;

        @Nullable
        String used;

        Instant now = Instant.EPOCH;
        boolean loses;
        int asked;

        Table(Random random) {
            this.random = random;
        }

        SharedPlaces.Surroundings surroundings(int worker) {
            return new SharedPlaces.Surroundings(new Seen(this, worker), () -> 0, () -> nanos(now), Duration.ZERO);
        }

        long sumBut(int worker) {
            return places.entrySet().stream()
                    .filter(other -> other.getKey() != worker)
                    .mapToLong(Map.Entry::getValue)
                    .sum();
        }

        long wantingBut(int worker) {
            return wanting.entrySet().stream()
                    .filter(other -> other.getKey() != worker && other.getValue() > now.toEpochMilli())
                    .count();
        }

        void mayBreak() throws SQLException {
            if (loses && random.nextInt(10) == 0) {
                throw new SQLException("it was lost");
            }
        }
    }

    /** What a worker sees of it. */
    private record Seen(Table table, int worker) implements Permits {
        @Override
        public Places places(Key key, int most, int inUse, int more) throws SQLException {
            table.asked++;
            table.mayBreak();
            long others = table.places.entrySet().stream()
                    .filter(other -> other.getKey() != worker)
                    .filter(other -> other.getValue() > 0
                            || table.wanting.getOrDefault(other.getKey(), 0L) > table.now.toEpochMilli())
                    .count();
            Places given = PermitTable.divided(
                    most, inUse, more, table.sumBut(worker), (int) table.wantingBut(worker), (int) others);
            table.places.put(worker, given.held());
            table.wanting.put(worker, given.held() - inUse < more ? table.now.toEpochMilli() + 3_000 : 0);
            table.mayBreak();
            return given;
        }

        @Override
        public Set<Key> wantedByOthers() {
            return table.wantingBut(worker) > 0 ? Set.of(KEY) : Set.of();
        }

        @Override
        public Grant use(Key key, long most, Duration per, long least, long wanted, Correction correction)
                throws SQLException {
            table.mayBreak();
            RateWindow window = PermitTable.window(table.used, per);
            Grant grant = PermitTable.granted(window, most, least, wanted, correction, table.now);
            table.used = window.toString();
            table.mayBreak();
            return grant;
        }
    }

    private static final class Simulated {
        final int id;
        final Permits permits;
        final SharedPlaces places;
        int calls;

        Simulated(int id, Table table) {
            this.id = id;
            this.permits = new Seen(table, id);
            this.places = new SharedPlaces(KEY, table.surroundings(id));
        }

        void tidy() throws SQLException {
            places.tidy(!permits.wantedByOthers().isEmpty());
        }

        void give() {
            calls--;
            places.give();
        }

        boolean take(int most) throws Exception {
            boolean taken = places.take(most);
            calls += taken ? 1 : 0;
            return taken;
        }
    }

    @Test
    void neverAreMoreCallsUnderWayThanTheLimitHasPlacesWhateverCrashesAndNoPlaceIsLost() throws Exception {
        for (long seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            Table table = new Table(random);
            table.loses = true;
            int most = 1 + random.nextInt(12);
            List<Simulated> workers = new ArrayList<>();
            int born = 0;
            for (int step = 0; step < STEPS; step++) {
                while (workers.size() < 3) {
                    workers.add(new Simulated(born++, table));
                }
                table.now = table.now.plusMillis(random.nextInt(100));
                act(workers, table, most, random);
                assertThat(workers.stream().mapToInt(worker -> worker.calls).sum())
                        .as("seed %d, step %d", seed, step)
                        .isLessThanOrEqualTo(most);
            }
            table.loses = false;
            for (Simulated worker : workers) {
                while (worker.calls > 0) {
                    worker.give();
                }
            }
            for (int i = 0; i < 3; i++) {
                table.now = table.now.plusSeconds(10);
                for (Simulated worker : workers) {
                    worker.tidy();
                }
            }
            assertThat(table.sumBut(-1))
                    .as("seed %d: all places are free again", seed)
                    .isZero();
            assertThat(workers).as("seed %d", seed).allMatch(worker -> worker.places.isUnused());
        }
    }

    private static void act(List<Simulated> workers, Table table, int most, Random random) throws Exception {
        Simulated worker = workers.get(random.nextInt(workers.size()));
        try {
            switch (random.nextInt(20)) {
                case 0 -> {
                    // Killed, with its calls; whoever finds that takes its row away.
                    table.places.remove(worker.id);
                    table.wanting.remove(worker.id);
                    workers.remove(worker);
                }
                case 1, 2 -> worker.tidy();
                case 3, 4, 5, 6, 7, 8, 9, 10 -> {
                    if (worker.calls > 0) {
                        worker.give();
                    }
                }
                default -> {
                    boolean _ = worker.take(most);
                }
            }
        } catch (SQLException lost) {
            assertThat(lost.getMessage()).isEqualTo("it was lost");
        }
    }

    @Test
    void aWorkerThatHasAllPlacesLeavesOthersTheirShare() throws Exception {
        for (int most : new int[] {1, 2, 8}) {
            Table table = new Table(new Random(1));
            Simulated first = new Simulated(1, table);
            Simulated second = new Simulated(2, table);
            while (first.take(most)) {
                table.now = table.now.plusMillis(200);
            }
            assertThat(first.calls).isEqualTo(most);
            int[] begun = new int[2];
            for (int i = 0; i < 400; i++) {
                // Each call takes a while, and each worker has always another that waits.
                table.now = table.now.plusMillis(110);
                Simulated oldest = i % 2 == 0 ? first : second;
                if (oldest.calls > 0) {
                    oldest.give();
                }
                first.tidy();
                second.tidy();
                begun[0] += first.take(most) ? 1 : 0;
                begun[1] += second.take(most) ? 1 : 0;
                assertThat(first.calls + second.calls).isLessThanOrEqualTo(most);
            }
            assertThat(begun[1])
                    .as("of %d places", most)
                    .isGreaterThan(begun[0] / 4)
                    .isPositive();
        }
    }

    @Test
    void whatAWorkerHasNotGivenBackServesItsNextCallsWithoutAskingAnybody() throws Exception {
        Table table = new Table(new Random(1));
        Simulated worker = new Simulated(1, table);
        for (int i = 0; i < 1_000; i++) {
            assertThat(worker.take(5)).isTrue();
            worker.give();
        }
        assertThat(table.asked).isEqualTo(1);
    }

    @Test
    void withinNoPeriodIsMoreUsedOfARateThanItsLimitWhateverCrashes() throws Exception {
        Duration per = Duration.ofSeconds(10);
        long most = 500;
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            Table table = new Table(random);
            table.loses = true;
            List<SharedRate> workers = new ArrayList<>();
            Deque<Instant> used = new ArrayDeque<>();
            long total = 0;
            for (int step = 0; step < STEPS * 5; step++) {
                while (workers.size() < 3) {
                    workers.add(new SharedRate(new Seen(table, 0), KEY, () -> nanos(table.now)));
                }
                table.now = table.now.plusMillis(random.nextInt(12));
                if (random.nextInt(500) == 0) {
                    workers.remove(random.nextInt(workers.size()));
                    continue;
                }
                try {
                    if (workers.get(random.nextInt(workers.size()))
                                    .useOne(most, per)
                                    .amount()
                            > 0) {
                        used.add(table.now);
                        total++;
                    }
                } catch (SQLException lost) {
                    assertThat(lost.getMessage()).isEqualTo("it was lost");
                }
                while (!used.isEmpty() && !used.getFirst().isAfter(table.now.minus(per))) {
                    used.removeFirst();
                }
                assertThat(used.size()).as("seed %d, step %d", seed, step).isLessThanOrEqualTo((int) most);
            }
            long periods = table.now.toEpochMilli() / per.toMillis();
            assertThat(total).as("seed %d: most of it can be used", seed).isGreaterThan(most * periods * 7 / 10);
        }
    }

    private static long nanos(Instant time) {
        return time.toEpochMilli() * 1_000_000;
    }

    @Test
    void tokensAreChargedByWhatCallsReallyUsed() throws Exception {
        Table table = new Table(new Random(1));
        Duration per = Duration.ofMinutes(1);
        SharedRate rate = new SharedRate(new Seen(table, 1), KEY, () -> nanos(table.now));
        long calls = 0;
        for (int i = 0; i < 600; i++) {
            table.now = table.now.plusMillis(90);
            SharedRate.Use use = rate.useUsual(100_000, per);
            if (use.amount() > 0) {
                rate.used(use, 1_000);
                rate.tidy(100_000, per);
                calls++;
            }
        }
        assertThat(calls).isBetween(95L, 101L);
        assertThat(PermitTable.window(table.used, per).used(table.now)).isBetween(95_000L, 101_000L);
    }

    @Test
    void whatACallUsedThatFailedIsChargedToo() throws Exception {
        GuardSettings settings = ((AgentDefinition) Definitions.readAll("""
                agent: a
                kind: java
                rateLimit: { tokens: 1000, per: PT10M, scope: cluster }
                """).getFirst()).guard();
        Table table = new Table(new Random(1));
        ClusterLimits limits = new ClusterLimits(new Seen(table, 1), () -> 0, () -> nanos(table.now), () -> table.now);
        ClusterLimits.Admission first = limits.enter("a", settings, NullNode.instance, "r", "g");
        assertThat(first).isInstanceOfSatisfying(ClusterLimits.Admitted.class, admitted -> {
            ClusterLimits.Place place = Objects.requireNonNull(admitted.place());
            place.ended(AgentReply.retryable("llm.bad-json", "no JSON").using(new Usage(900, 100)));
            place.left();
        });
        assertThat(limits.enter("a", settings, NullNode.instance, "r", "g")).isInstanceOf(ClusterLimits.Full.class);
    }

    /** It is noted by lanes, for agents on Kafka. */
    @Test
    @Timeout(60)
    void whoNotesWhatACallUsedWaitsForNobodyWhoAsksPostgres() throws Exception {
        Table table = new Table(new Random(1));
        Seen seen = new Seen(table, 1);
        CountDownLatch asks = new CountDownLatch(1);
        CountDownLatch answers = new CountDownLatch(1);
        Duration per = Duration.ofMinutes(1);
        SharedRate rate = new SharedRate(
                new Permits() {
                    @Override
                    public Places places(Key key, int most, int inUse, int more) throws SQLException {
                        return seen.places(key, most, inUse, more);
                    }

                    @Override
                    public Set<Key> wantedByOthers() {
                        return Set.of();
                    }

                    @Override
                    public Grant use(Key key, long most, Duration per, long least, long wanted, Correction correction)
                            throws SQLException {
                        if (correction.more() == 9) {
                            asks.countDown();
                            try {
                                answers.await();
                            } catch (InterruptedException stopped) {
                                throw new SQLException(stopped);
                            }
                        }
                        return seen.use(key, most, per, least, wanted, correction);
                    }
                },
                KEY,
                () -> nanos(table.now));
        SharedRate.Use use = rate.useUsual(100, per);
        rate.used(use, 10);
        FutureTask<Void> told = new FutureTask<>(() -> {
            rate.tidy(100, per);
            return null;
        });
        Thread.ofVirtual().start(told);
        asks.await();
        rate.used(use, 21);
        answers.countDown();
        told.get();
        rate.tidy(100, per);
        assertThat(PermitTable.window(table.used, per).used(table.now))
                .as("what was noted meanwhile is told next")
                .isEqualTo(1 + 9 + 20);
    }
}
