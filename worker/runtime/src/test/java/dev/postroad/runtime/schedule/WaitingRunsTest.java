package dev.postroad.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Overlap;
import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Runs of schedules that are decided upon and not admitted, on a real Postgres. */
@NullMarked
class WaitingRunsTest {
    private static final Site SITE = Site.open();
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    private final ScheduleRows rows = new ScheduleRows(
            SITE.sql(),
            new ScheduleEvents("w", InstantSource.system()),
            new Repeats(LoggerFactory.getLogger("test"), InstantSource.system()));
    private final Calendar calendar = new Calendar();
    private final MockProducer<String, byte[]> commands =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final Outlets outlets = new Outlets(commands, commands, new Topics(""), InstantSource.system());
    private final WaitingRuns waiting = new WaitingRuns(rows, calendar, new ScheduleCancels(outlets));

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql()
                .useHandle(handle -> handle.execute("TRUNCATE postroad.schedules, postroad.schedule_runs, "
                        + "postroad.agent_events, postroad.pruned_runs"));
    }

    @AfterEach
    void closeOutlets() {
        outlets.close();
    }

    @Test
    void allButTheNewestThatWouldCancelTheRunBeforeAreGivenUpAtOnce() {
        publish("s", "cancel-previous");
        for (int minute = 0; minute < 4; minute++) {
            run("s", minute, true, Overlap.CANCEL_PREVIOUS);
        }
        assertThat(waiting.look()).isEqualTo(1);
        assertThat(rows.starting(calendar.names()))
                .extracting(StartingRun::runId)
                .containsExactly(id("s", 3));
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events WHERE type = 'schedule.skipped'"))
                .isEqualTo(3);
        run("s", 4, true, Overlap.CANCEL_PREVIOUS);
        waiting.look();
        assertThat(commands.history()).extracting(record -> record.key()).containsExactly(id("s", 3));
    }

    @Test
    void whatOthersLookAfterIsNotEvenRead() {
        publish("mine", "queue");
        run("mine", 0, false, Overlap.QUEUE);
        run("mine", 1, true, Overlap.QUEUE);
        run("others", 0, false, Overlap.QUEUE);
        run("others", 1, true, Overlap.QUEUE);
        assertThat(rows.starting(calendar.names()))
                .extracting(StartingRun::schedule)
                .containsExactly("mine");
        assertThat(rows.firstWaiting(calendar.names()))
                .extracting(StartingRun::schedule)
                .containsExactly("mine");
        assertThat(rows.starting(List.of())).isEmpty();
    }

    @Test
    void runOfAScheduleThatIsRemovedBeginsNoMore() {
        publish("s", "queue");
        run("s", 0, true, Overlap.QUEUE);
        StartingRun first = rows.firstWaiting(List.of("s")).getFirst();
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.schedules SET removed_at = now()"));
        assertThat(rows.release(first)).isFalse();
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.schedules SET removed_at = NULL"));
        assertThat(rows.release(first)).isTrue();
        assertThat(rows.release(first)).isFalse();
    }

    @Test
    void whileAScheduleIsPausedNothingThatWaitedBeginsButWhatSomebodyAskedFor() {
        publish("s", "queue");
        run("s", 0, true, Overlap.QUEUE);
        StartingRun first = rows.firstWaiting(List.of("s")).getFirst();
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.schedules SET paused = true"));
        assertThat(rows.release(first)).as("who looked just before that").isFalse();
        assertThat(waiting.look()).isZero();
        run("s", 1, true, Overlap.QUEUE);
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.schedule_runs SET reason = 'somebody asked for it' WHERE run_id = ?",
                        id("s", 1)));
        assertThat(waiting.look()).isEqualTo(1);
        assertThat(rows.starting(calendar.names()))
                .extracting(StartingRun::runId)
                .containsExactly(id("s", 1));
        SITE.sql().useHandle(handle -> {
            handle.execute("DELETE FROM postroad.schedule_runs WHERE NOT waits");
            handle.execute("UPDATE postroad.schedules SET paused = false");
        });
        assertThat(waiting.look()).isEqualTo(1);
        assertThat(rows.starting(calendar.names()))
                .extracting(StartingRun::runId)
                .containsExactly(id("s", 0));
    }

    /** A lane says of one that it is a repeat also where it knows the first from an admission that is not committed. */
    @Test
    void runThatIsNotCommittedIsNotForgotten() {
        run("s", 0, false, Overlap.SKIP);
        List<StartingRun> starting = rows.starting(List.of("s"));
        rows.admitted(starting);
        assertThat(rows.starting(List.of("s"))).isEqualTo(starting);
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.pruned_runs (run_id, graph, ended_at) VALUES (?, 'g', now())",
                        id("s", 0)));
        rows.admitted(starting);
        assertThat(rows.starting(List.of("s"))).isEmpty();
    }

    private void publish(String name, String overlap) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.schedules (name, definition, published_at, decided_until) VALUES (?, ?::json, ?, ?)",
                        name,
                        "{\"schedule\": \"" + name + "\", \"graph\": \"g\", \"every\": \"PT1M\", \"overlap\": \""
                                + overlap + "\"}",
                        NOON.atOffset(ZoneOffset.UTC),
                        NOON.atOffset(ZoneOffset.UTC)));
        rows.read(List.of(name)).forEach(calendar::put);
    }

    private static void run(String schedule, int minute, boolean waits, Overlap overlap) {
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.schedule_runs (schedule, due_at, run_id, waits, overlap) VALUES (?, ?, ?, ?, ?)",
                        schedule,
                        NOON.plusSeconds(60L * minute).atOffset(ZoneOffset.UTC),
                        id(schedule, minute),
                        waits,
                        overlap.publicName()));
    }

    private static String id(String schedule, int minute) {
        return schedule + ":" + NOON.plusSeconds(60L * minute);
    }
}
