package dev.postroad.runtime.debounce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.background.OrderedGathering;
import dev.postroad.runtime.debounce.DebouncedTriggers.Taken;
import dev.postroad.runtime.debounce.DueTriggers.Chosen;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Triggers that are taken in by one transaction, on a real Postgres. */
@NullMarked
class TriggersTakenTogetherTest {
    private static final Site SITE = Site.open(1);
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final String APART = "apart";
    private static final String TOGETHER = "together";
    private static final int STEPS = 40;

    private Instant now = NOON;
    private final DebouncedTriggers triggers = new DebouncedTriggers(SITE.sql(), () -> now);
    private final DueTriggers due = new DueTriggers(SITE.sql(), () -> now);

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.debounced_triggers"));
    }

    /** What is told, begins and is sent in between is the same of both, too. */
    @RepeatedTest(2)
    void areWhatTheyAreOneByOne() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<HeldTrigger> read = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            List<HeldTrigger> portion = portion(random, read);
            List<Taken> oneByOne = portion.stream()
                    .map(each -> triggers.take(arrivals(APART, List.of(each))).getFirst())
                    .toList();
            List<Taken> atOnce = triggers.take(arrivals(TOGETHER, portion));
            assertThat(places(atOnce)).as("seed %s, step %s", seed, step).isEqualTo(places(oneByOne));
            assertThat(rows(TOGETHER)).as("seed %s, step %s", seed, step).isEqualTo(rows(APART));
            if (random.nextBoolean()) {
                triggers.told(oneByOne);
                triggers.told(atOnce);
            }
            now = now.plusMillis(random.nextInt(400));
            send(random);
        }
        assertThat(rows(APART)).as("seed %s", seed).isNotEmpty();
    }

    /** Of few keys and runs, more or less in the order in which they were written; some are read again. */
    private List<HeldTrigger> portion(Random random, List<HeldTrigger> read) {
        List<HeldTrigger> portion = new ArrayList<>();
        int size = 1 + random.nextInt(12);
        while (portion.size() < size) {
            if (read.isEmpty() || random.nextInt(5) > 0) {
                HeldTrigger next = random(random, read.size());
                read.add(next);
                portion.add(next);
            } else {
                HeldTrigger again = read.get(Math.max(0, read.size() - 1 - random.nextInt(40)));
                portion.add(random.nextInt(10) > 0 ? again : ofAnotherTopic(again));
            }
        }
        return portion;
    }

    /** A topic that was made anew has other records at the same places. */
    private static HeldTrigger ofAnotherTopic(HeldTrigger of) {
        Origin origin = of.origin();
        return new HeldTrigger(
                of.target(),
                of.key(),
                of.runId(),
                of.writtenAt().plusMillis(200),
                of.within(),
                of.trigger(),
                of.traceParent(),
                new Origin(origin.topic(), "another", origin.partition(), origin.offset()));
    }

    private HeldTrigger random(Random random, int place) {
        String runId = random.nextInt(3) == 0 ? "run-" + random.nextInt(6) : "run-of-" + place;
        return new HeldTrigger(
                "graph/" + random.nextInt(2),
                "k" + random.nextInt(2),
                runId,
                now.plusMillis(random.nextInt(600) - 300),
                Duration.ofMillis(1 + random.nextInt(500)),
                Trigger.of("g", runId, JsonNodeFactory.instance.objectNode()),
                random.nextBoolean() ? null : "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
                new Origin("triggers", random.nextBoolean() ? null : "id", random.nextInt(3), place));
    }

    /** Some, the same of both, begin; some of them are sent. */
    private void send(Random random) {
        List<Chosen> chosen = due.choose(List.of(0), Integer.MAX_VALUE);
        List<String> sent = chosen.stream()
                .map(each -> each.trigger().place())
                .distinct()
                .sorted()
                .filter(place -> random.nextBoolean())
                .toList();
        due.sent(chosen.stream()
                .filter(each -> sent.contains(each.trigger().place()))
                .toList());
    }

    private static List<Arrival> arrivals(String space, List<HeldTrigger> portion) {
        return portion.stream()
                .map(each -> new Arrival(
                        new HeldTrigger(
                                space + "/" + each.target(),
                                each.key(),
                                each.runId(),
                                each.writtenAt(),
                                each.within(),
                                each.trigger(),
                                each.traceParent(),
                                each.origin()),
                        0,
                        100))
                .toList();
    }

    private static List<List<List<String>>> places(List<Taken> all) {
        return all.stream()
                .map(taken -> List.of(sorted(taken.superseded()), sorted(taken.repeats())))
                .toList();
    }

    private static List<String> sorted(List<HeldTrigger> all) {
        return all.stream().map(HeldTrigger::place).sorted().toList();
    }

    private static List<String> rows(String space) {
        return SITE.sql()
                .withHandle(handle -> handle.select("""
                        SELECT to_jsonb(d) - 'target' || jsonb_build_object('target', substr(target, length(?) + 1))
                        FROM postroad.debounced_triggers d WHERE starts_with(target, ?)
                        ORDER BY target, key, run_id, partition, "offset\"""", space, space + "/")
                        .mapTo(String.class)
                        .list());
    }

    @Test
    void costAsManyStatementsAsOneDoes() {
        AtomicInteger statements = new AtomicInteger();
        Jdbi counting = Jdbi.create(SITE.database()).setSqlLogger(new SqlLogger() {
            @Override
            public void logBeforeExecution(StatementContext context) {
                statements.incrementAndGet();
            }
        });
        DebouncedTriggers counted = new DebouncedTriggers(counting, () -> now);
        counted.take(arrivals(TOGETHER, ofKey("k", 0, 1)));
        assertThat(statements.getAndSet(0)).as("lock, read, hold").isEqualTo(3);
        counted.take(arrivals(TOGETHER, ofKey("k", 1, 2)));
        assertThat(statements.getAndSet(0)).as("lock, read, mark, hold").isEqualTo(4);
        List<HeldTrigger> many = new ArrayList<>(ofKey("k", 2, 50));
        many.addAll(ofKey("other", 50, 100));
        List<Taken> taken = counted.take(arrivals(TOGETHER, many));
        assertThat(statements.getAndSet(0)).isEqualTo(4);
        assertThat(taken.stream().mapToInt(Taken::size).sum()).isEqualTo(97);
        counted.told(taken);
        assertThat(statements.get()).as("told").isEqualTo(1);
    }

    @Test
    void aBadOneSpoilsNoOther() throws Exception {
        CountDownLatch all = new CountDownLatch(1);
        OrderedGathering<Arrival, Taken> turns = new OrderedGathering<>(1, Arrival::bytes, arrivals -> {
            awaitZero(all);
            return triggers.take(arrivals);
        });
        List<HeldTrigger> come = new ArrayList<>(ofKey("good", 0, 20));
        // Postgres takes no text with it.
        come.add(10, bad("good", 20));
        come.addAll(ofKey("other", 21, 30));
        come.addAll(ofKey("bad\0key", 30, 33));
        var places = arrivals(TOGETHER, come).stream()
                .map(each -> turns.turn(each.trigger().key(), each))
                .toList();
        Set<String> superseded = new HashSet<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Map<String, Future<?>> keys = Map.of(
                    "good", threads.submit(() -> askInTurn(places.subList(0, 21), superseded)),
                    "other", threads.submit(() -> askInTurn(places.subList(21, 30), superseded)),
                    "bad", threads.submit(() -> askInTurn(places.subList(30, 33), superseded)));
            all.countDown();
            for (Future<?> each : keys.values()) {
                each.get();
            }
        }
        assertThat(superseded).hasSize(19 + 8);
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE NOT superseded"))
                .isEqualTo(2);
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers"))
                .isEqualTo(29);
    }

    private static void askInTurn(List<OrderedGathering<Arrival, Taken>.Turn> turns, Collection<String> superseded) {
        for (OrderedGathering<Arrival, Taken>.Turn turn : turns) {
            try {
                Taken taken = turn.ask();
                synchronized (superseded) {
                    taken.superseded().forEach(each -> superseded.add(each.runId()));
                }
            } catch (RuntimeException bad) {
                assertThat(bad).hasMessageContaining("0x00");
            } catch (InterruptedException stopping) {
                throw new IllegalStateException(stopping);
            }
        }
    }

    /** Two workers that read the same keys in other orders. */
    @Test
    void ofManyWorkersNeverWaitForOneAnotherInACircle() throws Exception {
        List<HeldTrigger> all = new ArrayList<>();
        for (int key = 0; key < 20; key++) {
            all.addAll(ofKey("k" + key, 100 * key, 100 * key + 20));
        }
        List<Taken> told = Collections.synchronizedList(new ArrayList<>());
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> workers = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(worker -> threads.submit(() -> {
                        List<HeldTrigger> mine = new ArrayList<>(all);
                        Collections.shuffle(mine, new Random(worker));
                        for (int from = 0; from < mine.size(); from += 40) {
                            List<Taken> taken = triggers.take(arrivals(TOGETHER, mine.subList(from, from + 40)));
                            triggers.told(taken);
                            told.addAll(taken);
                        }
                    }))
                    .toList();
            for (Future<?> worker : workers) {
                worker.get();
            }
        }
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE NOT superseded"))
                .isEqualTo(20);
        assertThat(told.stream().flatMap(Taken::all).map(HeldTrigger::runId).distinct())
                .hasSize(20 * 19);
    }

    /** One that began while its key was read: neither is it superseded, nor forgotten. */
    @Test
    void leaveOneAloneThatBeginsAsTheyAreRead() throws Exception {
        triggers.take(arrivals(TOGETHER, ofKey("k", 0, 1)));
        try (Handle beginning = SITE.sql().open();
                ExecutorService threads = Executors.newSingleThreadExecutor()) {
            beginning.begin();
            beginning.execute("UPDATE postroad.debounced_triggers SET begun = true");
            Future<List<Taken>> taken = threads.submit(() -> triggers.take(arrivals(TOGETHER, ofKey("k", 1, 2))));
            Site.await(
                    "it waits for the row",
                    () -> SITE.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND wait_event_type = 'Lock'")
                            == 1);
            beginning.commit();
            assertThat(taken.get()).containsExactly(new Taken(List.of(), List.of()));
        }
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers WHERE NOT superseded"))
                .isEqualTo(2);
        HeldTrigger again = new HeldTrigger(
                "graph/g", "k", "run-0", NOON.plusSeconds(1), Duration.ofMinutes(1), trigger("run-0"), null, place(2));
        assertThat(triggers.take(arrivals(TOGETHER, List.of(again))).getFirst().repeats())
                .extracting(HeldTrigger::place)
                .containsExactly(again.place());
    }

    private static void awaitZero(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            throw new IllegalStateException(stopping);
        }
    }

    private static HeldTrigger bad(String key, int place) {
        return held(key, "run-" + place, place, "\0");
    }

    /** Each supersedes the one before. */
    private static List<HeldTrigger> ofKey(String key, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(place -> held(key, "run-" + place, place, null))
                .toList();
    }

    private static HeldTrigger held(String key, String runId, int place, @Nullable String traceParent) {
        return new HeldTrigger(
                "graph/g",
                key,
                runId,
                NOON.plusMillis(place),
                Duration.ofMinutes(1),
                trigger(runId),
                traceParent,
                place(place));
    }

    private static Trigger trigger(String runId) {
        return Trigger.of("g", runId, JsonNodeFactory.instance.objectNode());
    }

    private static Origin place(int offset) {
        return new Origin("triggers", null, 0, offset);
    }
}
