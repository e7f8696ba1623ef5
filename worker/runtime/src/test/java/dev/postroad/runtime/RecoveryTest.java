package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.past.LogFilter;
import dev.postroad.runtime.history.past.RunLog;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Workers that come and go between any two rows of a journal. */
@NullMarked
class RecoveryTest {
    private static final String GRAPHS = """
            graph: everything
            state: { n: { reducer: sum }, log: { reducer: append }, seen: { reducer: append } }
            nodes:
              begin: { set: "{'log': ['begin']}" }
              left: { agent: test-puppet, output: "{'log': ['left'], 'n': result.n}" }
              right: { agent: test-puppet, retry: { maxAttempts: 2, backoff: PT0.05S }, output: "{'log': ['right'], 'n': result.n}" }
              meet: { set: "{'log': ['meet'], 'seen': [state.n]}" }
              again: { agent: test-puppet, output: "{'log': ['again'], 'n': result.n}" }
              finish: { set: "{'log': ['finish']}" }
            edges:
              - { from: START, to: begin }
              - { from: begin, to: [left, right] }
              - { from: [left, right], to: meet }
              - { from: meet, to: again }
              - { from: again, when: "state.n < 30", to: again }
              - { from: again, otherwise: true, to: finish }
              - { from: finish, to: END }
            ---
            graph: one
            state: { answer: { reducer: last } }
            nodes:
              ask: { agent: test-puppet, retry: { maxAttempts: 2, backoff: PT1S } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            """;

    private final Site site = Site.open();

    @AfterEach
    void close() {
        site.close();
    }

    /** The first attempt of one node fails; all else follows from the input alone. */
    private static AgentReply play(dev.postroad.contracts.agent.AgentCall call) {
        if (call.node().equals("right") && call.attempt() == 1) {
            return AgentReply.retryable("busy", "come back later");
        }
        return AgentReply.completed(Site.json("{'n': " + (call.input().path("n").asInt() + 4) + "}"));
    }

    @Test
    void aRunGoesOnFromAnyRowOfItsJournalToTheSameEnd() {
        PuppetAgent.play("whole", RecoveryTest::play);
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("everything", "whole", "{'n': 1}");
            site.ended("whole");
        }
        List<RunEvent> whole = site.journal("whole");
        assertThat(whole)
                .extracting(RunEvent::type)
                .contains(EventType.NODE_RETRYING)
                .hasSizeGreaterThan(15);
        IntStream.range(1, whole.size()).forEach(rows -> {
            PuppetAgent.play("cut-" + rows, RecoveryTest::play);
            site.copyBeginning("whole", rows, "cut-" + rows);
        });

        site.worker();
        for (int rows = 1; rows < whole.size(); rows++) {
            String runId = "cut-" + rows;
            List<RunEvent> journal = site.ended(runId);
            assertThat(journal.getLast().type()).as(runId).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(journal.getLast().data())
                    .as(runId)
                    .isEqualTo(whole.getLast().data());
            assertThat(journal).as(runId).hasSameSizeAs(whole);
            assertThat(journal)
                    .as(runId)
                    .extracting(RunEvent::seq)
                    .isEqualTo(IntStream.rangeClosed(1, whole.size()).boxed().toList());
            assertThat(journal.subList(0, rows))
                    .as("what was there of %s", runId)
                    .extracting(RunEvent::at)
                    .isEqualTo(whole.subList(0, rows).stream().map(RunEvent::at).toList());
            assertThat(site.history().find(runId).orElseThrow().status()).isEqualTo(RunStatus.COMPLETED);
            assertThat(site.history().state(runId, null).orElseThrow().state())
                    .as("the fold of %s", runId)
                    .isEqualTo(whole.getLast().data().path("state"));
        }
    }

    @Test
    void theWaitForTheNextAttemptSurvivesItsWorker() {
        PuppetAgent.play(
                "patient",
                call -> call.attempt() == 1
                        ? AgentReply.retryable("busy", "come back later")
                        : AgentReply.completed(Site.json("{'answer': 1}")));
        RunEvent retrying;
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("one", "patient", "{}");
            retrying = site.journalWith("patient", event -> event.type() == EventType.NODE_RETRYING)
                    .getLast();
        }
        site.worker();
        List<RunEvent> journal = site.ended("patient");
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(PuppetAgent.calls("patient")).hasSize(2);
        assertThat(journal.get(retrying.seq()).at())
                .as("begin of the second attempt")
                .isAfterOrEqualTo(Instant.parse(retrying.data().path("dueAt").asText()));
    }

    @Test
    void aCallThatWasUnderWayIsMadeAgainWithTheSameKeyAndAttempt() {
        PuppetAgent.play("called", call -> {
            new CountDownLatch(1).await();
            return PuppetAgent.nothing();
        });
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("one", "called", "{}");
            Site.await("the agent is called", () -> !PuppetAgent.calls("called").isEmpty());
        }
        PuppetAgent.play("called", call -> AgentReply.completed(Site.json("{'answer': 1}")));
        site.worker();
        List<RunEvent> journal = site.ended("called");
        assertThat(PuppetAgent.calls("called"))
                .extracting(call -> call.idempotencyKey() + "#" + call.attempt())
                .containsExactly("called/ask@1#1", "called/ask@1#1");
        assertThat(journal)
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_COMPLETED);
    }

    @Test
    void aCommandThatWasKeptForARunIsAppliedByItsNextWorker() {
        PuppetAgent.play("kept", call -> {
            new CountDownLatch(1).await();
            return PuppetAgent.nothing();
        });
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("one", "kept", "{}");
            Site.await("the agent is called", () -> !PuppetAgent.calls("kept").isEmpty());
        }
        site.sql()
                .useHandle(
                        handle -> handle.execute("INSERT INTO postroad.pending_commands (run_id, command_id, command)"
                                + " VALUES ('kept', 'c1', '{\"type\": \"cancel\"}')"));
        site.worker();
        assertThat(site.ended("kept").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        Site.await("it is forgotten", () -> site.number("SELECT count(*) FROM postroad.pending_commands") == 0);
    }

    /** As by a claim that was held up in a worker which has lost the shard since. */
    @Test
    void aWorkerThatWasFencedButStillHasItsPartitionTakesTheShardUpAgain() {
        site.worker(Map.of("POSTROAD_SESSION_TIMEOUT", "PT1S"));
        site.apply(GRAPHS);
        site.trigger("one", "before", "{}");
        site.ended("before");
        site.sql().useHandle(handle -> handle.execute("UPDATE postroad.shards SET epoch = epoch + 1, owner = 'late'"));
        for (int i = 0; i < 8; i++) {
            site.trigger("one", "after-" + i, "{}");
        }
        for (int i = 0; i < 8; i++) {
            assertThat(site.ended("after-" + i).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        }
    }

    @Test
    void aCorruptJournalStopsItsRunAndNoOther() {
        try (Worker _ = site.worker()) {
            site.apply(GRAPHS);
            site.trigger("one", "sound", "{}");
            site.ended("sound");
        }
        site.copyBeginning("sound", 3, "gapped");
        site.copyBeginning("sound", 3, "whole");
        site.sql()
                .useHandle(
                        handle -> handle.execute(
                                "DELETE FROM postroad.journal WHERE seq = 2 AND run = (SELECT id FROM postroad.runs WHERE run_id = 'gapped')"));
        site.worker();
        assertThat(site.ended("whole").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.journal("gapped")).hasSize(2);
        RunLog log = new RunLog(site.database());
        Site.await(
                "its log says why",
                () -> !log.lines("gapped", LogFilter.ALL, 0, 1).isEmpty());
        assertThat(log.lines("gapped", LogFilter.ALL, 0, 10)).first().satisfies(line -> {
            assertThat(line.level()).isEqualTo(LogLevel.ERROR);
            assertThat(line.task()).isNull();
            assertThat(line.message())
                    .startsWith("this run cannot be read by this release, so it is set aside as it is: ");
        });
    }

    @Test
    void postgresMayGoAwayForAWhile() {
        site.worker();
        site.apply(GRAPHS);
        site.trigger("one", "before", "{}");
        site.ended("before");
        JsonNode state = site.ended("before").getLast().data();
        for (int i = 0; i < 20; i++) {
            site.sql()
                    .useHandle(handle -> handle.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND application_name LIKE 'postroad %'"));
            site.trigger("one", "during-" + i, "{}");
        }
        for (int i = 0; i < 20; i++) {
            assertThat(site.ended("during-" + i).getLast().data()).isEqualTo(state);
        }
        assertThat(site.number("SELECT count(*) FROM (SELECT run FROM postroad.journal GROUP BY run"
                        + " HAVING min(seq) <> 1 OR max(seq) <> count(*)) AS gapped"))
                .isZero();
    }
}
