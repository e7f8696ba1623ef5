package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.contracts.message.ScheduleEvent;
import dev.postroad.runtime.schedule.ScheduleCommandException;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleListing;
import dev.postroad.runtime.schedule.UnknownScheduleException;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Schedules on real workers, by the clock as it is. */
@NullMarked
class SchedulesTest {
    private static final String GRAPHS = """
            graph: report
            state: { day: {}, log: { reducer: append } }
            nodes: { note: { set: "{'log': ['done']}" } }
            edges: [{ from: START, to: note }, { from: note, to: END }]
            ---
            graph: asks
            nodes: { ask: { interrupt: "'Go on?'" } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;

    private static final Site SITE = Site.open();
    private static ScheduleControl control;

    private final String name = "s" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void start() {
        SITE.apply(GRAPHS);
        SITE.workers(2);
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 2);
        control = new ScheduleControl(SITE.sql(), null, InstantSource.system());
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    @Test
    void eachTimeHasOneRunOverTwoWorkersAndATakeOver() {
        publish("graph: report, every: PT1S, overlap: allow, input: \"{'day': schedule.time}\"");
        awaitRuns(3);
        Worker third = SITE.worker();
        awaitRuns(6);
        third.close();
        awaitRuns(9);
        pause();
        List<String> runs = runs();
        assertThat(times("schedule.fired"))
                .containsExactlyElementsOf(runs.stream()
                        .map(run -> run.substring(name.length() + 1))
                        .toList());
        Instant first = Instant.parse(times("schedule.fired").getFirst());
        for (int i = 0; i < runs.size(); i++) {
            assertThat(runs.get(i)).isEqualTo(name + ":" + first.plusSeconds(i));
        }
        String run = runs.getFirst();
        SITE.ended(run);
        assertThat(SITE.history()
                        .state(run, null)
                        .orElseThrow()
                        .state()
                        .path("day")
                        .textValue())
                .isEqualTo(first.toString());
    }

    @Test
    void eventsArePublishedUnderTheNameOfTheSchedule() throws FaultsException {
        publish("graph: report, every: PT1S");
        awaitRuns(1);
        pause();
        Site.await("the events are published", () -> published().size() >= 2);
        ConsumerRecord<byte[], byte[]> fired = published().getFirst();
        assertThat(Site.header(fired, EventHeaders.TYPE)).isEqualTo("dev.postroad.schedule.fired");
        ScheduleEvent event = ScheduleEvent.read(fired.value());
        assertThat(event.schedule()).isEqualTo(name);
        assertThat(event.data().path("runId").textValue()).isEqualTo(runs().getFirst());
    }

    @Test
    void skipLeavesOutWhatIsDueMeanwhile() {
        publish("graph: asks, every: PT1S, overlap: skip");
        Site.await("two times are skipped", () -> times("schedule.skipped").size() >= 2);
        pause();
        assertThat(runs()).hasSize(1);
        assertThat(data("schedule.skipped").getFirst().path("reason").textValue())
                .isEqualTo("the run " + runs().getFirst() + " has not ended");
    }

    @Test
    void queueStartsTheNextWhenTheOneBeforeHasEnded() {
        publish("graph: asks, every: PT1S, overlap: queue");
        Site.await("two times wait", () -> waiting() >= 2);
        comeToRest("queue");
        long all = 1 + waiting();
        for (int i = 0; i < all; i++) {
            awaitRuns(i + 1);
            String newest = runs().getLast();
            Site.await("it asks", () -> status(newest) == RunStatus.WAITING);
            SITE.control(newest, Control.Resume.with(Site.json("{}")));
        }
        Site.await(
                "all have ended",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.runs WHERE starts_with(run_id, ?) AND status = 'completed'",
                                name)
                        == all);
        assertThat(times("schedule.fired")).hasSize((int) all).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void cancelPreviousPutsTheNewRunInItsPlace() {
        publish("graph: asks, every: PT1S, overlap: cancel-previous");
        awaitRuns(3);
        comeToRest("cancel-previous");
        Site.await(
                "all but the newest are cancelled",
                () -> waiting() == 0
                        && SITE.number(
                                        "SELECT count(*) FROM postroad.runs WHERE starts_with(run_id, ?) AND status = 'waiting'",
                                        name)
                                == 1);
        List<String> runs = runs();
        assertThat(status(runs.getLast())).isEqualTo(RunStatus.WAITING);
        assertThat(runs.subList(0, runs.size() - 1)).allMatch(run -> status(run) == RunStatus.CANCELLED);
    }

    @Test
    void runThatAWorkerDecidedUponBeforeItDiedIsStartedByAnother() {
        publish("graph: report, every: P1D, overlap: skip");
        SITE.sql().useHandle(handle -> handle.execute("""
                INSERT INTO postroad.schedule_runs (schedule, due_at, run_id, waits, overlap)
                VALUES (?, '2026-11-28T12:00:00Z', ?, false, 'skip')""", name, name + ":2026-11-28T12:00:00Z"));
        awaitRuns(1);
        assertThat(runs()).containsExactly(name + ":2026-11-28T12:00:00Z");
        Site.await(
                "nothing is left of it",
                () -> SITE.number("SELECT count(*) FROM postroad.schedule_runs WHERE schedule = ?", name) == 0);
    }

    @Test
    void oldEventsAreForgottenAndNoOthers() {
        Instant old = Instant.parse("2026-01-01T00:00:00Z");
        SITE.sql()
                .useHandle(handle -> List.of("schedule", "agent")
                        .forEach(about -> handle.execute(
                                "INSERT INTO postroad.agent_events (" + about
                                        + ", type, at, data, published) VALUES (?, 'x', ?, '{}', true)",
                                name,
                                old.atOffset(ZoneOffset.UTC))));
        try (Worker worker = SITE.worker()) {
            Site.await("the old event is gone", () -> worker.isReady() && types().isEmpty());
        }
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events WHERE agent = ?", name))
                .isEqualTo(1);
    }

    @Test
    void graphThatIsNotThereIsSkippedAndSaidSo() {
        publish("graph: nowhere, every: PT1S");
        Site.await("a time is skipped", () -> !times("schedule.skipped").isEmpty());
        pause();
        assertThat(data("schedule.skipped").getFirst().path("reason").textValue())
                .isEqualTo("there is no graph nowhere");
        assertThat(runs()).isEmpty();
    }

    @Test
    void pausedScheduleStartsNothingUntilItIsUnpaused() {
        publish("graph: report, every: PT1S, overlap: allow, paused: true");
        apply(new ScheduleCommand.Unpause(null), Instant.EPOCH);
        awaitRuns(1);
        pause();
        int before = runs().size();
        Site.await(
                "times pass",
                () -> SITE.number(
                                "SELECT (extract(epoch FROM now() - paused_at))::bigint FROM postroad.schedules WHERE name = ?",
                                name)
                        >= 2);
        assertThat(runs()).hasSize(before);
        apply(new ScheduleCommand.Unpause(null), Instant.EPOCH);
        awaitRuns(before + 1);
        pause();
        assertThat(times("schedule.missed")).isEmpty();
        assertThat(types()).contains("schedule.paused", "schedule.unpaused");
        assertThat(data("schedule.paused").getFirst().path("by").textValue()).isEqualTo("ada");
    }

    @Test
    void somebodyMayStartARunNowAlsoOfAPausedSchedule() {
        publish("graph: report, cron: '0 0 1 1 *', paused: true");
        Instant asked = Instant.parse("2026-11-28T12:00:00.123Z");
        assertThat(apply(new ScheduleCommand.TriggerNow(), asked)).containsExactly(name + ":" + asked);
        apply(new ScheduleCommand.TriggerNow(), asked);
        awaitRuns(1);
        assertThat(apply(new ScheduleCommand.TriggerNow(), asked)).isEmpty();
        assertThat(runs()).containsExactly(name + ":" + asked);
        assertThat(data("schedule.fired")).hasSize(1);
        JsonNode fired = data("schedule.fired").getFirst();
        assertThat(fired.path("by").textValue()).isEqualTo("ada");
        assertThat(fired.path("reason").textValue()).isEqualTo("somebody asked for it");
    }

    @Test
    void backfillStartsTheRunsOfTimesThatHaveNone() {
        publish("graph: report, every: PT1H, paused: true");
        Instant from = Instant.parse("2026-11-01T00:00:00Z");
        ScheduleCommand.Action backfill = new ScheduleCommand.Backfill(from, from.plus(Duration.ofHours(4)));
        assertThat(apply(backfill, Instant.EPOCH)).hasSize(5);
        awaitRuns(5);
        Site.await("all have begun", () -> waiting() == 0);
        assertThat(runs()).startsWith(name + ":2026-11-01T00:00:00Z").endsWith(name + ":2026-11-01T04:00:00Z");
        assertThat(apply(backfill, Instant.EPOCH)).isEmpty();
        Instant longAgo = Instant.parse("2026-01-01T00:00:00Z");
        assertThatThrownBy(() -> apply(
                        new ScheduleCommand.Backfill(longAgo, longAgo.plus(Duration.ofHours(1_000))), Instant.EPOCH))
                .isInstanceOf(ScheduleCommandException.class)
                .hasMessageMatching("to: .* is due more than 1000 times from .*; take a shorter time");
    }

    @Test
    void triggerWhoseRecordHasATimeInMicrosecondsIsRefused() {
        publish("graph: report, cron: '0 0 1 1 *'");
        for (long millis : new long[] {-1, 1_700_000_000_000_000L}) {
            assertThatThrownBy(() -> apply(new ScheduleCommand.TriggerNow(), Instant.ofEpochMilli(millis)))
                    .isInstanceOf(ScheduleCommandException.class)
                    .hasMessageContaining("use one from 1970 to 9999");
        }
        assertThat(waiting()).isZero();
    }

    @Test
    void backfillFromBeforeAllClocksIsRefused() {
        publish("graph: report, every: P36500D, overlap: allow");
        for (Instant from :
                List.of(Instant.MIN, Instant.parse("-50000-01-01T00:00:00Z"), Instant.EPOCH.minusNanos(1))) {
            assertThatThrownBy(() -> apply(new ScheduleCommand.Backfill(from, Instant.EPOCH), Instant.EPOCH))
                    .isInstanceOf(ScheduleCommandException.class)
                    .hasMessageStartingWith("from: the times from ")
                    .hasMessageEndingWith("; say 1970 or later");
        }
        assertThat(apply(new ScheduleCommand.Backfill(Instant.EPOCH, Instant.EPOCH), Instant.EPOCH))
                .containsExactly(name + ":1970-01-01T00:00:00Z");
    }

    @Test
    void controlMessagesSteerSchedulesAndThoseThatCannotBeDoneAreDeadLetters() {
        publish("graph: report, every: PT1H, paused: true");
        SITE.client().control(new ScheduleCommand(name, new ScheduleCommand.TriggerNow(), "ada"));
        awaitRuns(1);
        SITE.client().control(new ScheduleCommand(name, new ScheduleCommand.Unpause(null), "ada"));
        Site.await("it is unpaused", () -> types().contains("schedule.unpaused"));
        Instant from = Instant.parse("2026-11-01T00:00:00Z");
        SITE.client().control(new ScheduleCommand(name, new ScheduleCommand.Backfill(from, from), null));
        Site.await("the time has its run", () -> runs().contains(name + ":2026-11-01T00:00:00Z"));
        String nobody = "nobody-" + name;
        SITE.client().control(new ScheduleCommand(nobody, new ScheduleCommand.Pause(null), null));
        Site.await(
                "it is a dead letter",
                () -> SITE.records(SITE.topics().deadLetters()).stream()
                        .map(record -> String.valueOf(Site.header(record, EventHeaders.DEAD_LETTER_REASON)))
                        .anyMatch(reason -> reason.contains("there is no schedule " + nobody)));
    }

    @Test
    void aScheduleWhoseGraphIsGoneSaysSo() {
        String graph = "g" + name;
        SITE.apply("graph: " + graph + """

                state: { log: { reducer: append } }
                nodes: { note: { set: "{'log': ['done']}" } }
                edges: [{ from: START, to: note }, { from: note, to: END }]
                """);
        publish("graph: " + graph + ", every: P1D");
        assertThat(problem()).isNull();
        SITE.client().remove("graph/" + graph);
        Site.await(
                "it says so",
                () -> ("there is no graph " + graph + "; publish it, or remove the schedule").equals(problem()));
    }

    private @Nullable String problem() {
        return new ScheduleListing(SITE.database(), InstantSource.system())
                .find(name)
                .orElseThrow()
                .problem();
    }

    @Test
    void removedScheduleStartsNothing() {
        publish("graph: report, every: PT1S, overlap: allow");
        awaitRuns(1);
        SITE.client().remove("schedule/" + name);
        Site.await(
                "it is removed, and nothing of it is left to begin",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.schedules WHERE name = ? AND removed_at IS NOT NULL",
                                name)
                        == 1);
        List<String> fired = times("schedule.fired");
        assertThat(SITE.number("SELECT count(*) FROM postroad.schedule_runs WHERE schedule = ?", name))
                .isZero();
        Instant removed = InstantSource.system().instant();
        Site.await(
                "it would have been due twice",
                () -> InstantSource.system().instant().isAfter(removed.plusSeconds(2)));
        assertThat(times("schedule.fired")).isEqualTo(fired);
        assertThat(runs()).hasSizeLessThanOrEqualTo(fired.size());
        assertThatThrownBy(() -> apply(new ScheduleCommand.TriggerNow(), Instant.EPOCH))
                .isInstanceOf(UnknownScheduleException.class);
    }

    private void publish(String fields) {
        SITE.apply("{ schedule: " + name + ", " + fields + " }");
        Site.await(
                "it is stored", () -> SITE.number("SELECT count(*) FROM postroad.schedules WHERE name = ?", name) == 1);
    }

    private List<String> apply(ScheduleCommand.Action action, Instant at) {
        return control.apply(new ScheduleCommand(name, action, "ada"), at);
    }

    /** What was decided before it was paused has its run a moment later. */
    private void pause() {
        apply(new ScheduleCommand.Pause("enough"), Instant.EPOCH);
        Site.await(
                "what was decided has begun",
                () -> SITE.number("SELECT count(*) FROM postroad.schedule_runs WHERE schedule = ? AND NOT waits", name)
                        == 0);
    }

    /** No more is due before long, and what was due has its run. */
    private void comeToRest(String overlap) {
        long before = revision();
        SITE.apply("{ schedule: " + name + ", graph: asks, cron: '0 0 1 1 *', overlap: " + overlap + " }");
        Site.await("it is stored", () -> revision() > before);
    }

    private long revision() {
        return SITE.number("SELECT revision FROM postroad.schedules WHERE name = ?", name);
    }

    private void awaitRuns(int count) {
        Site.await("there are " + count + " runs", () -> runs().size() >= count);
    }

    private List<String> runs() {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT run_id FROM postroad.runs WHERE starts_with(run_id, :name) ORDER BY run_id")
                        .bind("name", name + ":")
                        .mapTo(String.class)
                        .list());
    }

    private @Nullable RunStatus status(String runId) {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery("SELECT status FROM postroad.runs WHERE run_id = :id")
                        .bind("id", runId)
                        .mapTo(String.class)
                        .findOne())
                .map(RunStatus::of)
                .orElse(null);
    }

    private long waiting() {
        return SITE.number("SELECT count(*) FROM postroad.schedule_runs WHERE schedule = ? AND waits", name);
    }

    private List<String> types() {
        return SITE.sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT type FROM postroad.agent_events WHERE schedule = :name ORDER BY id")
                        .bind("name", name)
                        .mapTo(String.class)
                        .list());
    }

    private List<String> times(String type) {
        return data(type).stream()
                .map(data -> Objects.requireNonNull(data.path("time").textValue()))
                .toList();
    }

    private List<JsonNode> data(String type) {
        return SITE
                .sql()
                .withHandle(handle -> handle.createQuery(
                                "SELECT data FROM postroad.agent_events WHERE schedule = :name AND type = :type ORDER BY id")
                        .bind("name", name)
                        .bind("type", type)
                        .mapTo(String.class)
                        .list())
                .stream()
                .map(Site::json)
                .toList();
    }

    private List<ConsumerRecord<byte[], byte[]>> published() {
        return SITE.records(SITE.topics().agentEvents()).stream()
                .filter(record -> name.equals(new String(record.key(), java.nio.charset.StandardCharsets.UTF_8)))
                .toList();
    }
}
