package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs that went on under another version of their graph, with Kafka and Postgres, and by another worker. */
@NullMarked
class MigratedRunsTest {
    private static final String FIRST = """
            graph: moves
            state: { log: { reducer: append } }
            nodes:
              begin: { set: "{'log': ['begin']}" }
              ask: { interrupt: "'why?'", output: "{'log': ['first']}" }
            edges: [{ from: START, to: begin }, { from: begin, to: ask }, { from: ask, to: END }]
            """;
    private static final String SECOND = """
            graph: moves
            state: { fresh: { reducer: last, default: 7 }, log: { reducer: append } }
            nodes:
              last: { set: "{'log': ['last']}" }
              ask: { interrupt: "'why?'", output: "{'log': ['second']}" }
              begin: { set: "{'log': ['begin']}" }
            edges:
              - { from: START, to: begin }
              - { from: begin, to: ask }
              - { from: ask, to: last }
              - { from: last, to: END }
            """;

    private static final Site SITE = Site.open();
    private static Worker worker = SITE.worker();

    @BeforeAll
    static void publish() {
        SITE.apply(FIRST);
        SITE.apply(SECOND);
        Site.await(
                "both versions are stored",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'moves'") == 2);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void aRunGoesOnUnderAnotherVersionAndItsPastStaysThatOfTheFormer() {
        trigger("run");
        waits("run");
        migrate("run", "onto-2");
        List<RunEvent> journal = SITE.journal("run");
        int seq = journal.getLast().seq();
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_MIGRATED);
        assertThat(journal.getLast().data().path("by").asText()).isEqualTo("ada");
        assertThat(journal).allSatisfy(event -> assertThat(event.graphVersion()).isEqualTo(event.seq() < seq ? 1 : 2));
        Site.await("all is published", () -> SITE.publishedOnce("run").size() == seq);
        assertThat(SITE.publishedOnce("run"))
                .allSatisfy(event -> assertThat(event.graphVersion()).isEqualTo(event.seq() < seq ? 1 : 2));

        // Another worker reads the run back.
        worker.close();
        worker = SITE.worker();
        SITE.control("run", Control.Resume.with(Site.json("1")));
        RunEvent end = SITE.ended("run").getLast();
        assertThat(end.data().path("state")).isEqualTo(Site.json("{'fresh': 7, 'log': ['begin', 'second', 'last']}"));

        var states = SITE.history();
        assertThat(states.state("run", 2).orElseThrow().graphVersion()).isEqualTo(1);
        assertThat(states.state("run", 2).orElseThrow().state()).isEqualTo(Site.json("{'log': ['begin']}"));
        assertThat(states.state("run", 3).orElseThrow().graphVersion()).isEqualTo(2);
        assertThat(states.state("run", 3).orElseThrow().state()).isEqualTo(Site.json("{'fresh': 7, 'log': ['begin']}"));

        SITE.client().control(new Control("run", "back", new Control.Rollback(2, true)));
        assertThat(SITE.answer("run", "back").type()).isEqualTo(EventType.RUN_ROLLED_BACK);
        assertThat(states.state("run", null).orElseThrow().state())
                .isEqualTo(Site.json("{'fresh': 7, 'log': ['begin']}"));
        SITE.client().control(new Control("run", "branch", new Control.Fork(2, "branch", null, null, null)));
        assertThat(SITE.answer("run", "branch").type()).isEqualTo(EventType.RUN_FORKED);
        assertThat(SITE.history().find("branch").orElseThrow().graphVersion()).isEqualTo(1);
    }

    @Test
    void aCommandThatCameBeforeItsRunMigratesIt() {
        SITE.client().control(new Control("early", "before", new Control.Migrate(2), "ada"));
        Site.await(
                "it is kept",
                () -> SITE.number("SELECT count(*) FROM postroad.pending_commands WHERE run_id = 'early'") == 1);
        trigger("early");
        SITE.answer("early", "before");
        waits("early");
        Site.await(
                "it goes by version 2",
                () -> SITE.history().find("early").orElseThrow().graphVersion() == 2);
        assertThat(SITE.history().state("early", null).orElseThrow().state())
                .isEqualTo(Site.json("{'fresh': 7, 'log': ['begin']}"));
    }

    @Test
    void aRunGetsItsTurnUnderAVersionThatLimitsRunsThoughItsFormerDidNot() {
        SITE.apply(FIRST.replace("graph: moves", "graph: bounded"));
        SITE.apply(SECOND.replace("graph: moves", "graph: bounded") + "limits: { runs: 1 }\n");
        Site.await(
                "both versions are stored",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'bounded'") == 2);
        trigger("bounded", "turns");
        waits("turns");
        SITE.client().control(new Control("turns", "rest", new Control.Pause()));
        assertThat(SITE.answer("turns", "rest").type()).isEqualTo(EventType.RUN_PAUSED);
        migrate("turns", "onto-2");
        SITE.client().control(new Control("turns", "go-on", new Control.Unpause()));
        assertThat(SITE.answer("turns", "go-on").type()).isEqualTo(EventType.RUN_UNPAUSED);
        waits("turns");
    }

    @Test
    void aMigratedRunIsCountedByTheKeysOfItsNewVersion() {
        String keyed = "queue: { concurrency: [ { key: KEY, runs: 9 } ] }\n";
        SITE.apply(FIRST.replace("graph: moves", "graph: keyed") + keyed.replace("KEY", "run.graph"));
        SITE.apply(SECOND.replace("graph: moves", "graph: keyed") + keyed.replace("KEY", "run.id"));
        Site.await(
                "both versions are stored",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'keyed'") == 2);
        trigger("keyed", "counted");
        trigger("keyed", "other");
        waits("counted");
        waits("other");
        migrate("counted", "onto-2");
        assertThat(SITE.number("SELECT count(DISTINCT line) FROM postroad.runs WHERE graph = 'keyed'"))
                .isEqualTo(2);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE limit_keys->>0 = 'counted'"))
                .isEqualTo(1);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE limit_keys->>0 = 'keyed'"))
                .isEqualTo(1);
    }

    @Test
    void aVersionThatThereIsNotIsRefused() {
        trigger("stays");
        waits("stays");
        SITE.client().control(new Control("stays", "onto-9", new Control.Migrate(9)));
        RunEvent answer = SITE.answer("stays", "onto-9");
        assertThat(answer.type()).isEqualTo(EventType.COMMAND_REJECTED);
        assertThat(answer.data().path("reason").asText()).isEqualTo("there is no version 9 of graph moves");
    }

    private static void trigger(String runId) {
        trigger("moves", runId);
    }

    private static void trigger(String graph, String runId) {
        SITE.send(
                SITE.topics().triggers(),
                runId.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                ("{\"graph\": \"" + graph + "\", \"version\": 1}").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static void waits(String runId) {
        Site.await(
                "the run waits",
                () -> SITE.history()
                        .find(runId)
                        .filter(run -> run.status() == RunStatus.WAITING)
                        .isPresent());
    }

    private static void migrate(String runId, String commandId) {
        SITE.client().control(new Control(runId, commandId, new Control.Migrate(2), "ada"));
        assertThat(SITE.answer(runId, commandId).type()).isEqualTo(EventType.RUN_MIGRATED);
    }
}
