package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who sees that a run stands still is told why, since when, and what helps; and that does help. */
@NullMarked
final class WhyTest {
    private static final String DEFINITIONS = """
        agent: away
        kind: http
        url: http://127.0.0.1:1/
        retry: { maxAttempts: 5, backoff: PT1H, maxBackoff: PT1H }
        ---
        agent: exhausted
        kind: http
        url: http://127.0.0.1:1/
        retry: { maxAttempts: 1, onExhausted: pause }
        ---
        agent: broken
        kind: http
        url: http://127.0.0.1:1/
        retry: { maxAttempts: 9, backoff: PT0.1S, maxBackoff: PT0.1S }
        circuitBreaker: { window: 1, minimumCalls: 1, failureRate: 1, openFor: PT1H }
        ---
        agent: unwanted
        kind: java
        provider: test-puppet
        ---
        agent: leaver
        kind: java
        provider: test-puppet
        ---
        graph: asks
        state: { a: {} }
        nodes: { ask: { interrupt: { ask: "'a?'", assignee: "'ada'", timeout: P1D }, output: "{'a': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        graph: sleeps
        state: { a: {} }
        nodes: { nap: { sleep: "'P1D'" } }
        edges: [{ from: START, to: nap }, { from: nap, to: END }]
        ---
        graph: holds
        state: { a: {} }
        nodes: { step: { set: "{'a': 1}" } }
        edges: [{ from: START, to: step }, { from: step, to: END }]
        interruptBefore: [step]
        ---
        graph: divides
        state: { a: { default: x } }
        nodes: { count: { set: "{'a': int(state.a)}" } }
        edges: [{ from: START, to: count }, { from: count, to: END }]
        ---
        graph: one-at-a-time
        state: { a: {} }
        nodes: { ask: { interrupt: "'a?'" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        limits: { runs: 1 }
        """;

    private static final Site SITE = Site.open();
    private static Caller caller = new Caller(0);

    private static String calling(String agent) {
        return """
            graph: calls-%1$s
            state: { a: {} }
            nodes: { call: { agent: %1$s } }
            edges: [{ from: START, to: call }, { from: call, to: END }]
            """.formatted(agent).strip();
    }

    @BeforeAll
    static void start() {
        caller = SITE.caller();
        SITE.apply(DEFINITIONS);
        List.of("away", "exhausted", "broken", "unwanted", "leaver", "test-puppet")
                .forEach(agent -> SITE.apply(calling(agent)));
        Site.await(
                "all graphs are there",
                () -> caller.get("/api/graphs/one-at-a-time").status() == 200);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static JsonNode why(String runId) {
        Reply reply = caller.get("/api/runs/" + runId + "/why");
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    /** Waits until a reason is given, and gives it. */
    private static JsonNode reason(String runId, String code) {
        AtomicReference<JsonNode> first = new AtomicReference<>(MissingNode.getInstance());
        Site.await(runId + " tells of " + code, () -> {
            // Until it is admitted, there is no such run.
            first.set(caller.get("/api/runs/" + runId + "/why").json().at("/reasons/0"));
            return first.get().path("code").asText().equals(code);
        });
        assertThat(first.get().path("remedy").asText()).isNotBlank();
        return first.get();
    }

    private static void trigger(String graph, String runId) {
        post("/api/triggers", Site.json("{'graph': '" + graph + "', 'runId': '" + runId + "'}"));
    }

    private static void post(String path, JsonNode body) {
        Reply reply = caller.post(path, body.toString());
        assertThat(reply.status()).as(reply.text()).isBetween(200, 202);
    }

    /** Does what is said to help. */
    private static void help(JsonNode reason) {
        JsonNode step = reason.at("/steps/0");
        ObjectNode body = step.path("body").deepCopy();
        if (step.has("needs")) {
            body.put(step.path("needs").asText(), "yes");
        }
        post(step.path("post").asText(), body);
    }

    private static void awaitStatus(String runId, RunStatus status) {
        Site.await(
                runId + " is " + status,
                () -> SITE.history()
                        .find(runId)
                        .filter(run -> run.status() == status)
                        .isPresent());
    }

    @Test
    void aPersonIsAsked() {
        trigger("asks", "person");
        JsonNode reason = reason("person", "person");
        assertThat(why("person").path("standsStill").asBoolean()).isTrue();
        assertThat(reason.path("what").asText()).isEqualTo("node ask asks ada");
        JsonNode waits = caller.get("/api/runs/person").json().path("waits");
        assertThat(waits.path("questions").asInt()).isEqualTo(1);
        assertThat(waits.path("until")).isEqualTo(reason.path("until"));
        assertThat(caller.get("/api/runs?graph=asks&version=7").json().path("runs"))
                .isEmpty();
        assertThat(caller.get("/api/runs?graph=asks&version=1").json().path("runs"))
                .isNotEmpty();
        assertThat(reason.path("since").asText())
                .isLessThan(reason.path("until").asText());
        assertThat(reason.at("/steps/0/command").asText()).isEqualTo("postroad resume person --value JSON");
        help(reason);
        awaitStatus("person", RunStatus.COMPLETED);
        assertThat(why("person").path("reasons")).isEmpty();
    }

    @Test
    void aTimerRuns() {
        trigger("sleeps", "timer");
        JsonNode reason = reason("timer", "timer");
        assertThat(reason.path("what").asText()).isEqualTo("node nap sleeps");
        assertThat(reason.path("until").asText())
                .isGreaterThan(reason.path("since").asText());
    }

    @Test
    void whoHasSleptLongEnoughWaitsForAPlace() {
        trigger("sleeps", "slept");
        reason("slept", "timer");
        SITE.sql().useHandle(handle -> handle.execute("""
                UPDATE postroad.journal SET data = jsonb_set(data::jsonb, '{until}', '"2026-01-01T00:00:00Z"')::json
                WHERE type = 'node.waiting' AND run = (SELECT id FROM postroad.runs WHERE run_id = 'slept')"""));
        JsonNode reason = reason("slept", "timer");
        assertThat(reason.path("what").asText())
                .isEqualTo("node nap has slept, and the run waits for a place among the running");
        assertThat(reason.path("remedy").asText()).contains("POSTROAD_MAX_RUNS");
    }

    @Test
    void theGraphSaysThatItStops() {
        trigger("holds", "held");
        JsonNode reason = reason("held", "held");
        assertThat(reason.path("what").asText()).isEqualTo("the graph says that the run stops before step");
        help(reason);
        awaitStatus("held", RunStatus.COMPLETED);
    }

    @Test
    void aNodeFailedAndIsTriedAgain() {
        trigger("calls-away", "retrying");
        JsonNode reason = reason("retrying", "retrying");
        assertThat(reason.path("what").asText())
                .startsWith("node call failed in attempt 1 with http.connection: 127.0.0.1:1 could not be reached");
        assertThat(why("retrying").path("standsStill").asBoolean()).isTrue();
        help(reason);
        Site.await(
                "it was tried again",
                () -> reason("retrying", "retrying").path("what").asText().contains("attempt 2"));
    }

    @Test
    void allAttemptsFailedAndTheRunPausesForIt() {
        trigger("calls-exhausted", "paused-by-failure");
        JsonNode reason = reason("paused-by-failure", "paused-by-failure");
        assertThat(reason.path("what").asText()).startsWith("node call failed with http.connection");
        assertThat(reason.at("/steps/0/command").asText()).isEqualTo("postroad retry paused-by-failure");
    }

    @Test
    void anAgentIsAtWork() {
        var done = new CountDownLatch(1);
        PuppetAgent.play("working", call -> {
            done.await();
            return PuppetAgent.nothing();
        });
        trigger("calls-test-puppet", "working");
        JsonNode reason = reason("working", "calling");
        assertThat(reason.path("what").asText()).isEqualTo("agent test-puppet is at work for node call, attempt 1");
        assertThat(why("working").path("standsStill").asBoolean()).isFalse();
        done.countDown();
        awaitStatus("working", RunStatus.COMPLETED);
    }

    @Test
    void anAgentIsDisabled() {
        post("/api/agents/unwanted/disable", Site.json("{'why': 'too dear'}"));
        String runId = waitingForUnwanted();
        JsonNode reason = reason(runId, "agent-disabled");
        assertThat(reason.path("what").asText())
                .isEqualTo("node call needs agent unwanted, which was disabled by person: too dear");
        assertThat(reason.at("/steps/0/command").asText()).isEqualTo("postroad agents enable unwanted");
        JsonNode listed = caller.get("/api/runs?waitsFor=unwanted").json().path("runs");
        assertThat(listed).extracting(run -> run.path("runId").asText()).containsExactly(runId);
        assertThat(listed.at("/0/waits/agents")).isEqualTo(Site.json("['unwanted']"));
        assertThat(caller.get("/api/runs?waitsFor=nobody").json().path("runs")).isEmpty();
        assertThat(caller.get("/api/counts?waitsFor=unwanted&status=waiting")
                        .json()
                        .path("runs"))
                .isEqualTo(Site.json("{'waiting': 1}"));
        help(reason);
        awaitStatus(runId, RunStatus.COMPLETED);
        // Nobody woke it in vain: its agent had been published a moment before, which lets runs go on for a while.
        assertThat(SITE.journal(runId))
                .filteredOn(event -> event.type() == EventType.RUN_WAITING)
                .hasSize(1);
    }

    /** The first run that finds its agent disabled, of which a worker learns in a moment. */
    private static String waitingForUnwanted() {
        for (int i = 0; ; i++) {
            String runId = "disabled-" + i;
            trigger("calls-unwanted", runId);
            Site.await(
                    "it rests",
                    () -> SITE.history()
                            .find(runId)
                            .filter(run -> run.status() != RunStatus.QUEUED && run.status() != RunStatus.RUNNING)
                            .isPresent());
            if (SITE.history().find(runId).orElseThrow().status() == RunStatus.WAITING) {
                return runId;
            }
        }
    }

    @Test
    void anAgentIsGone() {
        assertThat(caller.send("DELETE", "/api/agents/leaver", "").status()).isBetween(200, 202);
        Site.await("it is gone", () -> caller.get("/api/agents/leaver").status() == 404);
        trigger("calls-leaver", "gone");
        assertThat(reason("gone", "agent-gone").path("what").asText())
                .isEqualTo("node call needs agent leaver, which was removed");
        SITE.apply("agent: leaver\nkind: java\nprovider: test-puppet\n");
        awaitStatus("gone", RunStatus.COMPLETED);
    }

    @Test
    void anAgentFailedTooOften() {
        trigger("calls-broken", "broken");
        Site.await(
                "what the last call failed with is known too",
                () -> reason("broken", "breaker-open")
                        .path("what")
                        .asText()
                        .startsWith("node call needs agent broken, whose calls failed too often, the last with"
                                + " http.connection: "));
        assertThat(reason("broken", "breaker-open").has("until")).isTrue();
    }

    @Test
    void theGraphHasAsManyRunsAsItMay() {
        trigger("one-at-a-time", "first");
        awaitStatus("first", RunStatus.WAITING);
        trigger("one-at-a-time", "second");
        JsonNode reason = reason("second", "limit-full");
        assertThat(reason.path("what").asText())
                .isEqualTo(
                        "graph one-at-a-time has 1 runs under way, of 1 that it may have, and 0 wait before this one");
        SITE.control("first", new Control.Cancel(null));
        awaitStatus("second", RunStatus.WAITING);
    }

    @Test
    void somebodyPausedOrCancelledIt() {
        trigger("asks", "stopped");
        reason("stopped", "person");
        SITE.client().control(new Control("stopped", null, new Control.Pause(), "grace"));
        JsonNode paused = reason("stopped", "paused");
        assertThat(paused.path("what").asText()).isEqualTo("the run was paused by grace");
        help(paused);
        reason("stopped", "person");
        SITE.client().control(new Control("stopped", null, new Control.Cancel("too late"), "grace"));
        JsonNode cancelled = reason("stopped", "cancelled");
        assertThat(cancelled.path("what").asText()).isEqualTo("the run was cancelled by grace: too late");
        help(cancelled);
        reason("stopped", "person");
    }

    @Test
    void itCameToANodeAtWhichItWasToPause() {
        Trigger trigger = Trigger.of("asks", "before-a-node", JsonNodeFactory.instance.objectNode());
        SITE.client()
                .trigger(trigger.pausing(new Breakpoints(List.of("ask"), List.of()))
                        .by("ada"));
        JsonNode paused = reason("before-a-node", "paused");
        assertThat(paused.path("what").asText()).isEqualTo("the run was paused before node ask, as ada asked");
        assertThat(paused.at("/steps/1/command").asText()).isEqualTo("postroad pause before-a-node --clear");
        help(paused);
        reason("before-a-node", "person");
    }

    @Test
    void anExpressionFailed() {
        trigger("divides", "failed");
        JsonNode reason = reason("failed", "failed");
        assertThat(reason.path("what").asText()).startsWith("node count failed with expression: ");
        assertThat(reason.path("remedy").asText()).contains("postroad migrate RUN --graph-version V");
    }

    @Test
    void noWorkerCanReadIt() {
        trigger("asks", "unreadable");
        reason("unreadable", "person");
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.set_aside_runs (run, shard, epoch, why, worker) SELECT r.id, r.shard, s.epoch,"
                                + " 'of the future', 'w1' FROM postroad.runs r JOIN postroad.shards s ON s.shard = r.shard"
                                + " WHERE run_id = 'unreadable'"));
        assertThat(reason("unreadable", "unreadable").path("what").asText())
                .isEqualTo("worker w1 cannot read the run and leaves it as it is: of the future");
    }

    @Test
    void severalReasonsAreGivenEachAndAllHaveWords() {
        assertThat(caller.get("/api/runs/nobody/why").status()).isEqualTo(404);
        trigger("asks", "several");
        reason("several", "person");
        SITE.control("several", new Control.Pause());
        reason("several", "paused");
        assertThat(StreamSupport.stream(why("several").path("reasons").spliterator(), false)
                        .map(reason -> reason.path("code").asText()))
                .containsExactly("paused", "person");
    }
}
