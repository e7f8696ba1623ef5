package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Journals that a newer release, or a stranger, has written: each stops its run, and nothing else. */
@NullMarked
class UnreadableRunsTest {
    private static final String GRAPHS = """
            graph: plain
            state: { n: { reducer: sum } }
            nodes: { one: { set: "{'n': 1}" }, two: { set: "{'n': 10}" } }
            edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
            ---
            graph: narrow
            state: { n: { reducer: sum } }
            nodes: { one: { set: "{'n': 1}" } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            limits: { runs: 1 }
            """;
    private static final String NEWER =
            "INSERT INTO postroad.journal SELECT run, 4, 'run.noted', NULL, NULL, NULL, 1, 1, at, NULL, 0, '{\"note\": 7}'"
                    + " FROM postroad.journal WHERE seq = 3 AND run = %s";

    /** What is done to a journal, and what is said of it. */
    private static final Map<String, Damage> DAMAGES = Map.ofEntries(
            Map.entry(
                    "newer-type", new Damage(NEWER, "event 4 (run.noted) cannot be read: this release does not know")),
            Map.entry("no-object", data(1, "'7'", "event 1 (run.queued) cannot be read")),
            Map.entry("lacks-fields", data(1, "'{}'", "event 1 (run.queued) cannot be read")),
            Map.entry("too-deep", data(1, "repeat('[', 3000) || repeat(']', 3000)", "event 1 (run.queued)")),
            Map.entry(
                    "unknown-task",
                    new Damage("UPDATE postroad.journal SET task = 'x@9' WHERE seq = 3 AND run = %s", "x@9")),
            Map.entry(
                    "gapped",
                    new Damage("DELETE FROM postroad.journal WHERE seq = 2 AND run = %s", "event 3 after event 1")),
            Map.entry("headless", new Damage("DELETE FROM postroad.journal WHERE seq = 1 AND run = %s", "run.queued")),
            Map.entry("empty", new Damage("DELETE FROM postroad.journal WHERE run = %s", "run.queued")),
            Map.entry(
                    "no-graph",
                    new Damage("UPDATE postroad.runs SET version = 99 WHERE id = %s", "no version 99 of graph plain")),
            Map.entry(
                    "newer-graph",
                    new Damage(
                            "UPDATE postroad.runs SET version = 7 WHERE id = %s",
                            "version 7 of graph plain cannot be read by this release")));

    private final Site site = Site.open();

    private record Damage(String sql, String why) {}

    private static Damage data(int seq, String json, String why) {
        return new Damage(
                "UPDATE postroad.journal SET data = (" + json + ")::json WHERE seq = " + seq + " AND run = %s", why);
    }

    @AfterEach
    void close() {
        site.close();
    }

    @Test
    void whateverCannotBeReadStopsItsRunAndNoOther() {
        leaveBehind("sound");
        site.sql()
                .useHandle(
                        handle -> handle.execute(
                                "INSERT INTO postroad.graphs (name, version, definition, published_at)"
                                        + " VALUES ('plain', 7, '{\"graph\": \"plain\", \"nodes\": {\"one\": {\"quantum\": true}}}', now())"));
        DAMAGES.keySet().forEach(this::leaveDamaged);
        for (int i = 0; i < 20; i++) {
            site.copyBeginning("whole", 3, "beside-" + i);
        }
        long claims = claims();

        site.worker();
        for (int i = 0; i < 20; i++) {
            assertThat(site.ended("beside-" + i).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        }
        site.trigger("narrow", "new", "{}");
        assertThat(site.ended("new").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(claims()).as("each shard was claimed once").isEqualTo(claims + 4);
        Map<String, String> reasons = new TreeMap<>();
        DAMAGES.keySet().forEach(run -> reasons.put(run, why(run)));
        assertThat(reasons)
                .allSatisfy((run, why) -> assertThat(why)
                        .as(run)
                        .contains(Objects.requireNonNull(DAMAGES.get(run)).why()));
        assertThat(reasons.keySet())
                .allSatisfy(
                        run -> assertThat(site.history().find(run).orElseThrow().status())
                                .as("nothing is written to it")
                                .isEqualTo(RunStatus.RUNNING));
        site.trigger("plain", "newest", "{}");
        Site.await(
                "a run by what cannot be read is refused",
                () -> site.published("newest").stream()
                        .anyMatch(event -> event.type() == EventType.TRIGGER_REJECTED
                                && event.data().path("reason").asText().contains("cannot be read by this release")));
    }

    @Test
    void aCommandForARunThatCannotBeReadIsAnsweredAndTheRunIsLeftAsItIs() {
        leaveBehind("sound");
        leaveDamaged("newer-type");
        Worker worker = site.worker();
        site.client().control(new Control("newer-type", "c-1", new Control.Cancel("enough")));
        RunEvent answer = rejection("newer-type", "c-1");
        assertThat(answer.seq()).isZero();
        assertThat(answer.data().path("command").asText()).isEqualTo("cancel");
        assertThat(answer.data().path("reason").asText())
                .contains("is set aside as it is", "event 4 (run.noted) cannot be read");
        Site.await("nothing is left open", site::controlIsCommitted);
        assertThat(site.journal("newer-type")).hasSize(4);

        try (Caller caller = new Caller(worker.httpPort())) {
            assertThat(caller.get("/api/runs/newer-type/events")
                            .json()
                            .at("/events/3/type")
                            .asText())
                    .isEqualTo("run.noted");
            assertThat(caller.get("/api/runs/newer-type")
                            .json()
                            .at("/setAside/why")
                            .asText())
                    .contains("run.noted");
            assertThat(caller.get("/api/runs/newer-type/timeline").status()).isEqualTo(200);
            Caller.Reply state = caller.get("/api/runs/newer-type/state");
            assertThat(state.status()).isEqualTo(409);
            assertThat(state.text()).contains("cannot be followed past event 3", "run.noted");
            assertThat(caller.get("/api/runs/newer-type/state?version=1").status())
                    .isEqualTo(200);
            JsonNode history = caller.get("/api/runs/newer-type/history").json();
            assertThat(history.path("versions")).hasSize(1);
            assertThat(history.path("unreadable").asText()).contains("run.noted");
            Site.await(
                    "health has a word about it",
                    () -> caller.get("/health")
                            .json()
                            .at("/parts/runs/why")
                            .asText()
                            .contains("cannot be read: 1; newer-type is one of them"));
            assertThat(caller.get("/health/ready").status()).isEqualTo(200);
            site.sql()
                    .useHandle(handle ->
                            handle.execute("UPDATE postroad.set_aside_runs SET since = since - interval '2 days'"));
            Site.await(
                    "and does not go on about it for ever",
                    () -> caller.get("/health")
                            .json()
                            .at("/parts/runs/state")
                            .asText()
                            .equals("ok"));
        }
    }

    @Test
    void aRunThatIsSetAsideGoesOnWithACommandOrAnOwnerThatCanReadIt() {
        leaveBehind("sound");
        Stream.of("by-command", "by-owner").forEach(run -> {
            site.copyBeginning("whole", 3, run);
            damage(run, NEWER);
        });
        try (Worker _ = site.worker()) {
            assertThat(why("by-command")).contains("run.noted");
            assertThat(why("by-owner")).contains("run.noted");
            mend("by-command");
            site.control("by-command", new Control.Pause());
            site.journalWith(
                    "by-command",
                    event ->
                            event.type() == EventType.RUN_PAUSED || event.type().endsRun());
            assertThat(site.history().find("by-command").orElseThrow().setAside())
                    .isNull();
        }
        mend("by-owner");
        site.worker();
        assertThat(site.ended("by-owner").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.history().find("by-owner").orElseThrow().setAside()).isNull();
    }

    /** One that runs, one that has its turn and one that has none; and one that is due, again and again. */
    @Test
    void whatIsSetAsideTakesNoTurnFromOthersAndIsNotLookedAtAgainAndAgain() {
        leaveBehind("sound");
        for (String run : List.of("runs", "has-turn", "has-none")) {
            site.copyBeginning("narrow-whole", run.equals("runs") ? 3 : 1, run);
            site.sql()
                    .useHandle(handle -> handle.execute(
                            "UPDATE postroad.runs SET limited = true, turn_at = CASE WHEN run_id = 'has-turn' THEN now() END,"
                                    + " rank = queued_at WHERE run_id = ?",
                            run));
            damage(run, "UPDATE postroad.journal SET type = 'run.noted' WHERE seq = 1 AND run = %s");
        }
        site.copyBeginning("whole", 3, "due", "waiting");
        site.sql().useHandle(handle -> handle.execute("UPDATE postroad.runs SET wake_at = now() WHERE run_id = 'due'"));
        damage("due", NEWER);

        site.worker();
        for (int i = 0; i < 5; i++) {
            site.trigger("narrow", "after-" + i, "{}");
        }
        for (int i = 0; i < 5; i++) {
            assertThat(site.ended("after-" + i).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        }
        assertThat(Stream.of("runs", "has-turn", "has-none", "due").map(this::why))
                .allMatch(why -> why.contains("run.noted"));
        assertThat(site.number("SELECT count(*) FROM postroad.unreadable_runs")).isEqualTo(4);
    }

    @Test
    void rowsOfATypeThatIsNotKnownArePublishedAsTheyAre() {
        leaveBehind("sound");
        site.copyBeginning("whole", 3, "strange", "completed");
        damage("strange", NEWER);
        site.copyBeginning("whole", 6, "after", "completed");
        site.sql()
                .useHandle(
                        handle -> handle.execute("UPDATE postroad.shards SET published_at = now() - interval '1 day'"));

        site.worker();
        Site.await(
                "all is published",
                () -> site.publishedOnce("strange").size() == 4
                        && site.publishedOnce("after").size() == 6);
        assertThat(site.publishedOnce("strange")).isEqualTo(site.journal("strange"));
        ConsumerRecord<byte[], byte[]> noted = site.records(site.topics().events()).stream()
                .filter(record -> "strange/4".equals(Site.header(record, "ce_id")))
                .findFirst()
                .orElseThrow();
        assertThat(Site.header(noted, "ce_type")).isEqualTo("dev.postroad.run.noted");
        assertThat(Site.event(noted).typeName()).isEqualTo("run.noted");
        assertThat(Site.event(noted).data()).isEqualTo(Site.json("{'note': 7}"));
        site.trigger("plain", "live", "{}");
        site.ended("live");
        Site.await(
                "the lane goes on",
                () -> site.publishedOnce("live").size() == site.journal("live").size());
    }

    /** Two whole runs, of which others are the beginnings, and no worker any more. */
    private void leaveBehind(String sound) {
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("plain", "whole", "{}");
            site.trigger("narrow", "narrow-whole", "{}");
            site.ended("whole");
            site.ended("narrow-whole");
        }
        site.copyBeginning("whole", 3, sound);
    }

    private void leaveDamaged(String run) {
        site.copyBeginning("whole", 3, run);
        damage(run, Objects.requireNonNull(DAMAGES.get(run)).sql());
    }

    private void damage(String run, String sql) {
        site.sql()
                .useHandle(handle ->
                        handle.execute(sql.formatted("(SELECT id FROM postroad.runs WHERE run_id = '" + run + "')")));
    }

    private void mend(String run) {
        damage(run, "DELETE FROM postroad.journal WHERE type = 'run.noted' AND run = %s");
    }

    private String why(String run) {
        Site.await(
                run + " is set aside",
                () -> site.history().find(run).orElseThrow().setAside() != null);
        RunSummary.SetAside aside =
                Objects.requireNonNull(site.history().find(run).orElseThrow().setAside());
        return aside.why();
    }

    private RunEvent rejection(String run, String commandId) {
        Site.await(
                "the command is answered",
                () -> answers(run, commandId).findFirst().isPresent());
        return answers(run, commandId).findFirst().orElseThrow();
    }

    private Stream<RunEvent> answers(String run, String commandId) {
        return site.published(run).stream()
                .filter(event -> event.type() == EventType.COMMAND_REJECTED
                        && event.data().path("commandId").asText().equals(commandId));
    }

    private long claims() {
        return site.number("SELECT sum(epoch) FROM postroad.shards");
    }
}
