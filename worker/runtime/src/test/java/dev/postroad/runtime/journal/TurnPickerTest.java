package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.KeyExpression;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.journal.TurnPicker.Waiting;
import dev.postroad.runtime.limit.RateWindow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class TurnPickerTest {
    private static final KeyExpression TENANT = key("input.tenant");
    private static final QueueRules FIVE_OF_A_TENANT = new QueueRules(
            List.of(new QueueRules.Concurrency(null, 12), new QueueRules.Concurrency(TENANT, 5)),
            List.of(new QueueRules.Rate(TENANT, 20, Duration.ofMinutes(1))),
            null);

    private static KeyExpression key(String text) {
        try {
            return KeyExpression.compile(text);
        } catch (ExpressionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Waiting waiting(long number, QueueRules rules, String tenant) {
        List<String> keys = List.of("", tenant, tenant);
        return new Waiting(number, rules, keys, false, QueueLine.of(keys), false);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void limitsAreNeverExceededAndPlacesAreConservedWhoeverCrashes(long seed) {
        Random random = new Random(seed);
        Map<Long, String> queue = new java.util.TreeMap<>();
        Map<Long, String> underWay = new HashMap<>();
        Map<String, String> saved = new HashMap<>();
        Map<String, List<Instant>> begun = new HashMap<>();
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        long number = 0;
        Set<Long> done = new HashSet<>();
        for (int round = 0; round < 400; round++) {
            now = now.plusMillis(random.nextInt(500));
            for (int i = random.nextInt(4); i > 0; i--) {
                queue.put(++number, "t" + random.nextInt(4));
            }
            TurnPicker picker = new TurnPicker(now, 0);
            underWay.values().forEach(tenant -> picker.take(FIVE_OF_A_TENANT, List.of("", tenant, tenant), 1));
            List<Waiting> front = new ArrayList<>();
            queue.forEach((run, tenant) -> front.add(waiting(run, FIVE_OF_A_TENANT, tenant)));
            picker.unknownRates(front)
                    .forEach((bucket, rate) -> picker.know(
                            bucket,
                            saved.containsKey(bucket)
                                    ? RateWindow.of(rate.per(), saved.get(bucket))
                                    : RateWindow.empty(rate.per())));
            picker.offer(front, 1_000);
            if (random.nextInt(5) == 0) {
                // The worker died before its transaction was committed.
                continue;
            }
            picker.changed().forEach((bucket, window) -> saved.put(bucket, window.toString()));
            for (long run : picker.picked()) {
                String tenant = queue.remove(run);
                underWay.put(run, tenant);
                begun.computeIfAbsent(tenant, ignored -> new ArrayList<>()).add(now);
            }
            assertThat(underWay.size()).as("seed " + seed).isLessThanOrEqualTo(12);
            for (String tenant : Set.copyOf(underWay.values())) {
                assertThat(underWay.values().stream().filter(tenant::equals).count())
                        .isLessThanOrEqualTo(5);
                Instant from = now.minus(Duration.ofMinutes(1));
                assertThat(begun.getOrDefault(tenant, List.of()).stream()
                                .filter(at -> at.isAfter(from))
                                .count())
                        .isLessThanOrEqualTo(20);
            }
            for (long run : List.copyOf(underWay.keySet())) {
                if (random.nextInt(3) == 0) {
                    underWay.remove(run);
                    done.add(run);
                }
            }
        }
        assertThat(done.size() + underWay.size() + queue.size()).isEqualTo((int) number);
        assertThat(done).as("they go on all the time").hasSizeGreaterThan(80);
    }

    @Test
    void whereThereIsNoRoomNobodyOfTheSameKeysGoesAheadAndOthersDo() {
        TurnPicker picker = new TurnPicker(Instant.parse("2026-01-01T00:00:00Z"), 1);
        picker.offer(
                List.of(
                        waiting(1, "t1", true),
                        waiting(2, "t2", true),
                        waiting(3, "t2", false),
                        waiting(4, "t1", false),
                        waiting(5, "t3", true)),
                10);
        assertThat(picker.picked()).containsExactlyInAnyOrder(1L, 4L);
        assertThat(picker.hasPassedSome()).as("others need not be looked for").isFalse();
    }

    private static Waiting waiting(long number, String tenant, boolean here) {
        Waiting waiting = waiting(number, FIVE_OF_A_TENANT, tenant);
        return new Waiting(number, waiting.rules(), waiting.keys(), waiting.own(), waiting.line(), here);
    }

    @Test
    void aFullKeyKeepsItsOwnRunsWaitingAndNoOthers() {
        TurnPicker picker = new TurnPicker(Instant.EPOCH, 0);
        picker.take(FIVE_OF_A_TENANT, List.of("", "a", "a"), 5);
        picker.offer(
                List.of(
                        waiting(1, FIVE_OF_A_TENANT, "a"),
                        waiting(2, FIVE_OF_A_TENANT, "b"),
                        waiting(3, FIVE_OF_A_TENANT, "a")),
                1_000);
        assertThat(picker.picked()).containsExactly(2L);
        assertThat(picker.hasPassedSome()).isTrue();
    }

    @Test
    void aRunCountsOnceHoweverManyLimitsShareItsKey() {
        QueueRules twice = new QueueRules(
                List.of(new QueueRules.Concurrency(TENANT, 4), new QueueRules.Concurrency(TENANT, 9)),
                List.of(
                        new QueueRules.Rate(TENANT, 4, Duration.ofMinutes(1)),
                        new QueueRules.Rate(TENANT, 9, Duration.ofMinutes(1))),
                null);
        List<String> keys = List.of("a", "a", "a", "a");
        TurnPicker picker = new TurnPicker(Instant.EPOCH, 0);
        picker.take(twice, keys, 1);
        List<Waiting> waiting = new ArrayList<>();
        for (long number = 1; number <= 9; number++) {
            waiting.add(new Waiting(number, twice, keys, false, QueueLine.of(keys), false));
        }
        picker.offer(waiting, 1_000);
        assertThat(picker.picked()).hasSize(3);
        assertThat(picker.changed().values())
                .singleElement()
                .satisfies(window -> assertThat(window.used(Instant.EPOCH)).isEqualTo(3));
    }

    private static final QueueRules TWELVE =
            new QueueRules(List.of(new QueueRules.Concurrency(null, 12)), List.of(), null);
    private static final QueueRules ONE_A_MINUTE =
            new QueueRules(List.of(), List.of(new QueueRules.Rate(null, 1, Duration.ofMinutes(1))), null);
    private static final QueueRules ONE = new QueueRules(List.of(new QueueRules.Concurrency(null, 1)), List.of(), null);

    private static Waiting own(long number, QueueRules rules, long line) {
        return new Waiting(number, rules, List.of(), true, line, false);
    }

    /** Two triggers with a rate of their own stopped all other runs of the graph for as long as that is. */
    @Test
    void whoCannotBeginByLimitsOfItsOwnHoldsUpNobodyElse() {
        TurnPicker picker = new TurnPicker(Instant.EPOCH, 0);
        picker.take(TWELVE, List.of(), 3);
        Waiting ofGraph = new Waiting(9, TWELVE, List.of(), false, 0, false);
        picker.offer(
                List.of(own(1, ONE_A_MINUTE, 5), own(2, ONE_A_MINUTE, 5), own(3, ONE, 6), own(4, ONE, 6), ofGraph),
                1_000);
        assertThat(picker.picked()).containsExactlyInAnyOrder(1L, 9L);
        assertThat(picker.wantsMore(1_000)).isTrue();
    }

    @Test
    void whoHasLimitsOfItsOwnBeginsWhereTheGraphIsFull() {
        TurnPicker picker = new TurnPicker(Instant.EPOCH, 0);
        picker.take(ONE, List.of(), 1);
        QueueRules five = new QueueRules(List.of(new QueueRules.Concurrency(TENANT, 5)), List.of(), null);
        picker.offer(
                List.of(
                        new Waiting(1, ONE, List.of(), false, 0, false),
                        new Waiting(2, five, List.of("a"), true, 7, false),
                        new Waiting(3, ONE, List.of(), false, 0, false)),
                1_000);
        assertThat(picker.picked()).containsExactly(2L);
        assertThat(picker.wantsMore(1_000)).as("of the graph's own").isFalse();
        assertThat(picker.hasRoomForOwn(1_000)).isTrue();
    }

    @Test
    void aFullGraphKeepsAllOfItsRunsWaiting() {
        TurnPicker picker = new TurnPicker(Instant.EPOCH, 0);
        picker.take(FIVE_OF_A_TENANT, List.of("", "a", "a"), 4);
        picker.take(FIVE_OF_A_TENANT, List.of("", "b", "b"), 4);
        picker.take(FIVE_OF_A_TENANT, List.of("", "c", "c"), 4);
        picker.offer(List.of(waiting(1, FIVE_OF_A_TENANT, "d")), 1_000);
        assertThat(picker.picked()).isEmpty();
        assertThat(picker.hasPassedSome()).isFalse();
    }
}
