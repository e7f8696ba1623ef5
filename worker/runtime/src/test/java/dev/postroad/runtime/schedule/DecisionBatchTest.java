package dev.postroad.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Two workers that both take a schedule for theirs, on a real Postgres. */
@NullMarked
class DecisionBatchTest {
    private static final Site SITE = Site.open();
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.system();

    private final ScheduleEvents events = new ScheduleEvents("w", CLOCK);
    private final ScheduleRows rows =
            new ScheduleRows(SITE.sql(), events, new Repeats(LoggerFactory.getLogger("test"), CLOCK));

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void publish() {
        SITE.sql().useHandle(handle -> {
            handle.execute("TRUNCATE postroad.schedules, postroad.schedule_runs, postroad.agent_events");
            handle.execute(
                    "INSERT INTO postroad.schedules (name, definition, published_at, decided_until) VALUES ('s', ?::json, ?, ?)",
                    "{\"schedule\": \"s\", \"graph\": \"g\", \"every\": \"PT15M\", \"overlap\": \"allow\"}",
                    NOON.atOffset(ZoneOffset.UTC),
                    NOON.atOffset(ZoneOffset.UTC));
        });
    }

    @Test
    void ofTwoWorkersThatDecideAboutATimeOneCounts() {
        StoredSchedule seen = rows.read(List.of("s")).getFirst();
        assertThat(decided(seen, Duration.ofMinutes(30))).containsExactly("s");
        assertThat(decided(seen, Duration.ofMinutes(45))).isEmpty();
        assertThat(rows.starting(List.of("s")))
                .extracting(StartingRun::runId)
                .containsExactly("s:2026-11-28T12:15:00Z", "s:2026-11-28T12:30:00Z");
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events")).isEqualTo(2);
        StoredSchedule after = rows.read(List.of("s")).getFirst();
        assertThat(after.decidedUntil()).isEqualTo(NOON.plus(Duration.ofMinutes(30)));
        assertThat(after.lastRun()).isEqualTo("s:2026-11-28T12:30:00Z");
    }

    @Test
    void whoDidNotSeeThatItWasPausedStartsNothing() {
        StoredSchedule seen = rows.read(List.of("s")).getFirst();
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("UPDATE postroad.schedules SET paused = true, revision = revision + 1"));
        assertThat(decided(seen, Duration.ofMinutes(30))).isEmpty();
        assertThat(rows.starting(List.of("s"))).isEmpty();
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events")).isZero();
    }

    @Test
    void whoDidNotSeeTheRunThatSomebodyAskedForStartsNothingBesideIt() {
        StoredSchedule seen = rows.read(List.of("s")).getFirst();
        new ScheduleControl(SITE.sql(), null, CLOCK)
                .apply(new ScheduleCommand("s", new ScheduleCommand.TriggerNow(), null), NOON);
        assertThat(decided(seen, Duration.ofMinutes(30))).isEmpty();
        assertThat(rows.starting(List.of("s")))
                .extracting(StartingRun::runId)
                .containsExactly("s:2026-11-28T12:00:00Z");
        assertThat(decided(rows.read(List.of("s")).getFirst(), Duration.ofMinutes(30)))
                .containsExactly("s");
    }

    private Set<String> decided(StoredSchedule seen, Duration later) {
        DecisionBatch batch = new DecisionBatch(events);
        Standing standing = new Standing(seen.decidedUntil(), null, 0);
        String newest = batch.add(seen, Planner.plan(seen.definition(), standing, NOON.plus(later), time -> null));
        assertThat(newest).isNotNull();
        return batch.commit(SITE.sql());
    }
}
