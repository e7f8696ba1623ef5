package dev.postroad.cli.bulk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@NullMarked
final class BulkTest {
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int SEEDS = 50;

    private Instant now = NOON;
    private final List<Instant> sentAt = new ArrayList<>();
    private final Map<String, Control> sent = new HashMap<>();
    private final List<Tally> shown = new ArrayList<>();

    /** Runs that answer after a while, refuse, or never answer; by chance. */
    private final class Runs implements Recipients {
        private final Random random;
        private final Map<String, Instant> answersAt = new HashMap<>();
        private int mostAsked;

        Runs(Random random) {
            this.random = random;
        }

        @Override
        public void send(Control control) {
            assertThat(sent.put(control.runId(), control)).isNull();
            sentAt.add(now);
            boolean never = random.nextInt(10) == 0;
            answersAt.put(control.runId(), never ? Instant.MAX : now.plusMillis(random.nextInt(20_000)));
            now = now.plusNanos(random.nextInt(3_000_000));
        }

        @Override
        public List<RunEvent> answers(Map<String, String> commandIds) {
            mostAsked = Math.max(mostAsked, commandIds.size());
            commandIds.forEach((run, id) -> assertThat(id).isEqualTo("bulk:" + run));
            return commandIds.keySet().stream()
                    .filter(run -> !answer(run).isAfter(now))
                    .map(BulkTest::event)
                    .toList();
        }

        Instant answer(String run) {
            return answersAt.getOrDefault(run, Instant.MAX);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRunGetsTheCommandOnceInTimeAndIsCounted(int seed) throws InterruptedException {
        Random random = new Random(seed);
        List<String> runs = runs(random.nextInt(3_000));
        int perSecond = 1 + random.nextInt(1_000);
        var recipients = new Runs(random);
        var bulk = bulk(runs, perSecond);
        bulk.run(recipients, display(), this::passes);

        assertThat(sent.keySet()).containsExactlyInAnyOrderElementsOf(runs);
        Tally tally = bulk.tally();
        assertThat(tally.sent()).isEqualTo(runs.size());
        assertThat(tally.answered() + tally.failed()).isEqualTo(runs.size());
        assertThat(tally.refused()).isLessThanOrEqualTo(tally.answered());
        assertThat(recipients.mostAsked).isLessThanOrEqualTo(Ledger.MOST_UNANSWERED);
        assertThat(mostInASecond()).isLessThanOrEqualTo(perSecond + perSecond / 10 + 1);
        assertThat(bulk.problems()).hasSizeLessThanOrEqualTo(10);
        assertThat(shown.getLast()).isEqualTo(tally);
        assertThat(shown).extracting(Tally::over).isSorted();
    }

    @Test
    void sendsAsFastAsItMay() throws InterruptedException {
        bulk(runs(500), 100).run(new Runs(new Random(1)), display(), this::passes);
        assertThat(Duration.between(NOON, sentAt.getLast()))
                .isBetween(Duration.ofMillis(4_900), Duration.ofMillis(5_100));
    }

    @Test
    void stopsWhenItIsToldTo() throws InterruptedException {
        var bulk = bulk(runs(1_000), 100);
        bulk.run(new Runs(new Random(1)), display(), limit -> passes(limit) || now.isAfter(NOON.plusSeconds(1)));
        assertThat(bulk.tally().sent()).isBetween(95, 115);
        assertThat(bulk.tally().found()).isEqualTo(1_000);
    }

    @Test
    void stopsAtTheFirstCommandThatCannotBeSent() {
        var bulk = bulk(runs(1_000), 100);
        Recipients broken = new Recipients() {
            @Override
            public void send(Control control) {
                if (control.runId().equals("run-3")) {
                    throw new IllegalStateException("no Kafka");
                }
                sent.put(control.runId(), control);
            }

            @Override
            public List<RunEvent> answers(Map<String, String> commandIds) {
                return List.of();
            }
        };
        assertThatThrownBy(() -> bulk.run(broken, display(), this::passes)).hasMessage("no Kafka");
        assertThat(bulk.tally()).isEqualTo(new Tally(1_000, 3, 0, 0, 1));
    }

    @Test
    void saysWhyRunsRefused() throws InterruptedException {
        var bulk = bulk(List.of("run-7"), 100);
        bulk.run(answering(_ -> List.of(event("run-7"), event("run-7"))), display(), this::passes);
        assertThat(bulk.problems()).containsExactly("retry of run run-7 was refused: it is running");
        assertThat(bulk.tally()).isEqualTo(new Tally(1, 1, 1, 1, 0));
    }

    /** A run that says that it will migrate may refuse at its next superstep. */
    @Test
    void aRunThatHasBegunToMigrateAnswersLaterAndOneOfALongSuperstepCountsInTheEnd() throws InterruptedException {
        var bulk = bulk(List.of("run-7", "run-1"), 100);
        bulk.run(
                answering(asked -> {
                    List<RunEvent> events = new ArrayList<>();
                    asked.forEach(run -> events.add(event(run, EventType.RUN_MIGRATING)));
                    if (now.isAfter(NOON.plusSeconds(5)) && asked.contains("run-7")) {
                        events.add(event("run-7"));
                    }
                    return events;
                }),
                display(),
                this::passes);
        assertThat(now).isAfter(NOON.plus(PATIENCE));
        assertThat(bulk.problems()).containsExactly("retry of run run-7 was refused: it is running");
        assertThat(bulk.tally()).isEqualTo(new Tally(2, 2, 2, 1, 0));
    }

    private static Recipients answering(Function<Set<String>, List<RunEvent>> answers) {
        return new Recipients() {
            @Override
            public void send(Control control) {}

            @Override
            public List<RunEvent> answers(Map<String, String> commandIds) {
                return answers.apply(commandIds.keySet());
            }
        };
    }

    static IntStream seeds() {
        return IntStream.range(0, SEEDS);
    }

    private Bulk bulk(List<String> runs, int perSecond) {
        return new Bulk("bulk", _ -> new Control.Retry(), "ada", runs, perSecond, PATIENCE, () -> now);
    }

    private boolean passes(Duration limit) {
        now = now.plus(limit);
        return false;
    }

    private BulkDisplay display() {
        return new BulkDisplay() {
            @Override
            public void show(Tally tally, Instant at) {
                shown.add(tally);
            }

            @Override
            public void end(Tally tally, Instant at) {
                shown.add(tally);
            }
        };
    }

    private int mostInASecond() {
        int most = 0;
        for (int first = 0, last = 0; last < sentAt.size(); last++) {
            while (!sentAt.get(last).isBefore(sentAt.get(first).plusSeconds(1))) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    private static List<String> runs(int count) {
        return IntStream.range(0, count).mapToObj(i -> "run-" + i).toList();
    }

    /** One in ten refuses. */
    private static RunEvent event(String run) {
        return event(run, run.endsWith("7") ? EventType.COMMAND_REJECTED : EventType.RUN_RETRIED);
    }

    private static RunEvent event(String run, EventType type) {
        return new RunEvent(
                run,
                "g",
                1,
                9,
                type,
                NOON,
                null,
                null,
                0,
                0,
                0,
                -1,
                0,
                JsonNodeFactory.instance.objectNode().put("command", "retry").put("reason", "it is running"));
    }
}
