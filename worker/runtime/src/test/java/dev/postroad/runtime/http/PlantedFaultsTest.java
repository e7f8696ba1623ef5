package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.MoodyAgent.Mood;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.RunPages;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Told;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What may keep a run from going on is planted, a real agent's server being at fault, or a graph, or a person: each time what
 * is said is one sentence that tells what, since when and what to do; and who does that has the run complete.
 */
@NullMarked
final class PlantedFaultsTest {
    private static Instant begun = Instant.EPOCH;
    private static final Site SITE = Site.open();
    private static final MoodyAgent AGENTS = MoodyAgent.start();
    private static final RunPages PAGES = new RunPages();
    private static final Mood BROKEN = Mood.of(500, "out of order");
    private static final String SLOW = """
        agent: slow
        kind: http
        url: %s
        timeout: %s
        retry: { maxAttempts: 5, backoff: PT1H, maxBackoff: PT1H }
        """;
    private static final String LOST = """
        agent: lost
        kind: http
        url: %s
        """;
    private static final String NARROW = """
        graph: narrow
        state: { a: {} }
        nodes: { ask: { interrupt: "'a?'", output: "{'a': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        limits: { runs: %d }
        """;
    private static final String PAID = """
        graph: paid
        state: { tenant: {} }
        nodes: { call: { agent: test-puppet } }
        edges: [{ from: START, to: call }, { from: call, to: END }]
        budget: { key: input.tenant, tokens: %d, per: P1M }
        """;
    private static final String CLASHES = """
        graph: clashes
        state: { x: { reducer: %s } }
        nodes: { left: { set: "{'x': ['l']}" }, right: { set: "{'x': ['r']}" } }
        edges: [{ from: START, to: [left, right] }, { from: [left, right], to: END }]
        """;
    private static final String DIVIDES = """
        graph: divides
        state: { a: { default: x }, n: {} }
        nodes: { count: { set: "{'n': %s}" } }
        edges: [{ from: START, to: count }, { from: count, to: END }]
        """;
    private static final String ASKS = """
        graph: asks
        state: { ok: {} }
        nodes:
          ask:
            interrupt:
              ask: "'publish?'"
              assignee: "'ada'"
              schema: { type: object, required: [ok], properties: { ok: { type: boolean } } }
            output: "{'ok': result.ok}"
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;
    private static final String MOVES = """
        graph: moves
        state: { a: {} }
        nodes: { %1$s: { interrupt: "'a?'", output: "{'a': result}" } }
        edges: [{ from: START, to: %1$s }, { from: %1$s, to: END }]
        """;
    private static final String OTHERS = """
        graph: naps
        state: { nap: {} }
        nodes: { nap: { sleep: state.nap } }
        edges: [{ from: START, to: nap }, { from: nap, to: END }]
        ---
        graph: circles
        state: { n: { reducer: sum, default: 0 } }
        nodes: { turn: { set: "{'n': 1}" } }
        edges:
          - { from: START, to: turn }
          - { from: turn, when: "state.n < 8", to: turn }
          - { from: turn, otherwise: true, to: END }
        limits: { supersteps: 5 }
        ---
        graph: tells
        state: { a: {} }
        nodes: { call: { agent: test-puppet } }
        edges: [{ from: START, to: call }, { from: call, to: END }]
        """;
    private static Caller caller = new Caller(0);

    @BeforeAll
    static void start() {
        begun = Instant.now();
        caller = SITE.caller();
        agent(
                "tripping",
                "retry: { maxAttempts: 9, backoff: PT0.1S, maxBackoff: PT0.1S }\n"
                        + "circuitBreaker: { window: 1, minimumCalls: 1, failureRate: 1, openFor: PT1H }");
        agent("sick", "retry: { maxAttempts: 5, backoff: PT1H, maxBackoff: PT1H }");
        agent("chatty", "");
        agent("leaver", "");
        SITE.apply(SLOW.formatted(AGENTS.url("slow"), "PT0.2S") + calling("slow"));
        SITE.apply(LOST.formatted(AGENTS.url("nowhere")) + calling("lost"));
        SITE.apply(String.join(
                "---\n",
                NARROW.formatted(1),
                PAID.formatted(10),
                CLASHES.formatted("last"),
                DIVIDES.formatted("int(state.a)"),
                ASKS,
                MOVES.formatted("ask"),
                OTHERS));
        Site.await("all is there", () -> caller.get("/api/graphs/tells").status() == 200);
    }

    @AfterAll
    static void stop() {
        PAGES.close();
        SITE.close();
        AGENTS.close();
    }

    private static void agent(String name, String more) {
        SITE.apply("agent: " + name + "\nkind: http\nurl: " + AGENTS.url(name) + "\n" + more + "\n" + calling(name));
    }

    private static String calling(String agent) {
        return """
            ---
            graph: calls-%1$s
            state: { a: {} }
            nodes: { call: { agent: %1$s } }
            edges: [{ from: START, to: call }, { from: call, to: END }]
            """.formatted(agent);
    }

    private static void trigger(String graph, String runId) {
        SITE.trigger(graph, runId, "{}");
    }

    private static Told told(String runId, String code) {
        return Told.of(caller, runId, code).on(PAGES);
    }

    private static void completes(String runId) {
        Site.await(
                runId + " completes",
                () -> SITE.history()
                        .find(runId)
                        .filter(run -> run.status() == RunStatus.COMPLETED)
                        .isPresent());
        assertThat(caller.found("/api/runs/" + runId + "/why").path("reasons")).isEmpty();
    }

    /** Takes a run to the version of its graph that mends it, as is said, and retries it. */
    private static void mends(String runId, String mended) {
        SITE.apply(mended);
        Site.await(
                "the new version is told of",
                () -> told(runId, "failed").commands().size() == 2);
        Told told = told(runId, "failed");
        assertThat(told.what()).endsWith("; since it began, the graph was changed, to version 2");
        assertThat(told.commands())
                .containsExactly("postroad migrate " + runId + " --graph-version 2", "postroad retry " + runId);
        told.help();
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_MIGRATED);
        told.help(1, "");
        completes(runId);
    }

    @Test
    void theCircuitBreakerIsOpen() {
        AGENTS.is("tripping", BROKEN);
        trigger("calls-tripping", "breaker");
        Told told = told("breaker", "breaker-open")
                .says(
                        "node call needs agent tripping, whose calls failed too often",
                        "at once where you enable the agent",
                        begun);
        assertThat(told.until()).isAfter(Instant.now());
        AGENTS.is("tripping", MoodyAgent.WELL);
        told.help();
        completes("breaker");
    }

    @Test
    void theAgentIsGone() {
        assertThat(caller.send("DELETE", "/api/agents/leaver", "").status()).isEqualTo(202);
        Site.await("it is gone", () -> caller.get("/api/agents/leaver").status() == 404);
        trigger("calls-leaver", "gone");
        told("gone", "agent-gone")
                .says(
                        "node call needs agent leaver, which was removed",
                        "publish agent leaver again by `postroad apply FILE`",
                        begun);
        SITE.apply("agent: leaver\nkind: http\nurl: " + AGENTS.url("leaver"));
        completes("gone");
    }

    @Test
    void theAgentAnswers500() {
        AGENTS.is("sick", BROKEN);
        trigger("calls-sick", "500");
        Told told = told("500", "retrying")
                .says(
                        "node call failed in attempt 1 with http.500: answered 500: out of order, and is tried again",
                        "mend the server of its agent",
                        begun);
        assertThat(told.until()).isAfter(Instant.now());
        AGENTS.is("sick", MoodyAgent.WELL);
        told.help();
        completes("500");
    }

    @Test
    void theAgentAnswers404() {
        AGENTS.is("nowhere", Mood.of(404, "no such page"));
        trigger("calls-lost", "404");
        Told told = told("404", "failed")
                .says(
                        "node call failed with http.404: answered 404: no such page",
                        "correct the address in the definition of its agent, and apply it",
                        begun);
        SITE.apply(LOST.formatted(AGENTS.url("lost")));
        Site.await(
                "the address is known",
                () -> caller.get("/api/agents/lost").text().contains(AGENTS.url("lost")));
        told.help();
        completes("404");
    }

    @Test
    void theAgentAnswersHtml() {
        AGENTS.is("chatty", new Mood(200, "text/html", "<html><body>Welcome</body></html>"));
        trigger("calls-chatty", "html");
        Told told = told("html", "failed")
                .says(
                        "node call failed with http.bad-answer: the answer is not JSON but HTML or XML: <html>",
                        "correct what its agent answers, then retry",
                        begun);
        AGENTS.is("chatty", MoodyAgent.WELL);
        told.help();
        completes("html");
    }

    @Test
    void theAgentAnswersTooSlowly() {
        AGENTS.is("slow", Mood.of(0, ""));
        trigger("calls-slow", "slow");
        Told told = told("slow", "retrying")
                .says(
                        "node call failed in attempt 1 with timeout: ",
                        "see why its agent is slow, or raise timeout of the agent or the node",
                        begun);
        SITE.apply(SLOW.formatted(AGENTS.url("slow"), "PT1M"));
        Site.await(
                "it has more time", () -> caller.get("/api/agents/slow").text().contains("PT1M"));
        told.help();
        told("slow", "calling").says("agent slow is at work for node call, attempt 2", "wait", begun);
        AGENTS.is("slow", MoodyAgent.WELL);
        completes("slow");
    }

    @Test
    void theGraphHasAsManyRunsAsItMay() {
        trigger("narrow", "narrow-1");
        told("narrow-1", "person");
        trigger("narrow", "narrow-2");
        told("narrow-2", "limit-full")
                .says(
                        "graph narrow has 1 runs under way, of 1 that it may have, and 0 wait before this one",
                        "or raise limits.runs of the graph, apply it and migrate the run to that version",
                        begun);
        SITE.apply(NARROW.formatted(2));
        Site.await(
                "the new version is told of",
                () -> !told("narrow-2", "limit-full").commands().isEmpty());
        told("narrow-2", "limit-full").help();
        for (String runId : List.of("narrow-2", "narrow-1")) {
            told(runId, "person").help();
            completes(runId);
        }
    }

    @Test
    void theBudgetIsSpent() {
        AgentReply dear =
                new AgentReply.Completed(JsonNodeFactory.instance.objectNode(), new Usage(12, 0, null, null, null));
        PuppetAgent.play("spends", call -> dear);
        SITE.trigger("paid", "spends", "{'tenant': 'acme'}");
        completes("spends");
        SITE.trigger("paid", "broke", "{'tenant': 'acme'}");
        Told told = told("broke", "budget-spent")
                .says(
                        "node call is not called, as the budget of graph paid for acme per P1M is used up: 12 of 10 tokens",
                        "raise budget of graph paid and apply it; the run goes on by itself then",
                        begun);
        assertThat(told.until()).isAfter(Instant.now());
        SITE.apply(PAID.formatted(100));
        completes("broke");
    }

    @Test
    void aPersonIsAskedAndTheSchemaRefusesTheAnswer() {
        trigger("asks", "person");
        Told told = told("person", "person").says("node ask asks ada", "answer it, or hand it on", begun);
        assertThat(told.commands().getFirst()).isEqualTo("postroad resume person --value JSON");
        told.help(0, "perhaps");
        Site.await(
                "it is told why that is no answer",
                () -> caller.found("/api/runs/person/why")
                        .at("/reasons/1/code")
                        .asText()
                        .equals("refused"));
        Told refused =
                new Told(caller, "person", caller.found("/api/runs/person/why").at("/reasons/1")).on(PAGES);
        refused.says("command resume was refused: ", "answer again as it is said there", begun);
        ObjectNode answer = told.reason().at("/steps/0/body").deepCopy();
        answer.putObject("value").put("ok", true);
        assertThat(caller.post("/api/control", answer.toString()).status()).isEqualTo(202);
        completes("person");
    }

    @Test
    void aTimerRuns() {
        SITE.trigger("naps", "nap-long", "{'nap': 'PT1H'}");
        told("nap-long", "timer").says("node nap sleeps", "it goes on by itself", begun);
        for (int seconds = 1; ; seconds *= 2) {
            String runId = "nap-" + seconds;
            SITE.trigger("naps", runId, "{'nap': 'PT" + seconds + "S'}");
            SITE.journalWith(runId, event -> event.type() == EventType.NODE_WAITING);
            var first = caller.found("/api/runs/" + runId + "/why").at("/reasons/0");
            boolean isSeen = first.path("code").asText().equals("timer");
            if (isSeen) {
                Told told = new Told(caller, runId, first).says("node nap sleeps", "it goes on by itself", begun);
                assertThat(told.until()).isAfter(begun);
            }
            completes(runId);
            if (isSeen) {
                return;
            }
        }
    }

    @Test
    void somebodyPausedIt() {
        trigger("moves", "paused");
        told("paused", "person");
        SITE.client().control(new Control("paused", null, new Control.Pause(), "grace"));
        told("paused", "paused")
                .says("the run was paused by grace", "unpause it to let it go on", begun)
                .help();
        told("paused", "person").help();
        completes("paused");
    }

    @Test
    void itsJournalCannotBeRead() {
        trigger("moves", "unreadable");
        told("unreadable", "person");
        long run = SITE.number("SELECT id FROM postroad.runs WHERE run_id = 'unreadable'");
        int last = SITE.journal("unreadable").getLast().seq();
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "INSERT INTO postroad.journal SELECT run, seq + 1, 'run.noted', NULL, NULL, NULL, superstep, version, at,"
                                + " NULL, 0, '{}' FROM postroad.journal WHERE run = ? AND seq = ?",
                        run,
                        last));
        SITE.control("unreadable", Control.Resume.with(Site.json("'yes'")));
        Told told = told("unreadable", "unreadable");
        assertThat(told.what())
                .contains("cannot read the run and leaves it as it is: event " + (last + 1) + " (run.noted)");
        told.says("worker ", "start a worker of the release that wrote it", begun);
        SITE.sql()
                .useHandle(handle ->
                        handle.execute("DELETE FROM postroad.journal WHERE run = ? AND type = 'run.noted'", run));
        told.help();
        told("unreadable", "paused");
        told.help(1, "");
        told("unreadable", "person").help();
        completes("unreadable");
    }

    @Test
    void writesDoNotGoTogether() {
        trigger("clashes", "conflict");
        told("conflict", "failed")
                .says(
                        "the run failed with channel-conflict: channel x ",
                        "give the channel a reducer that takes several writes, and apply it; then take the run there by"
                                + " `postroad migrate RUN --graph-version V`, and retry it",
                        begun);
        mends("conflict", CLASHES.formatted("append"));
    }

    @Test
    void theLimitOfSuperstepsIsReached() {
        trigger("circles", "circles");
        told("circles", "failed")
                .says("the run failed with superstep-limit: ", "a retry gives the run as many supersteps again", begun)
                .help();
        completes("circles");
    }

    @Test
    void anExpressionFails() {
        trigger("divides", "expression");
        told("expression", "failed")
                .says(
                        "node count failed with expression: ",
                        "correct the expression in the graph, and apply it; then take the run there",
                        begun);
        mends("expression", DIVIDES.formatted("size(state.a)"));
    }

    @Test
    void theSchemaOfTheStateRefusesWhatTheAgentAnswers() {
        PuppetAgent.play("output", call -> AgentReply.completed((ObjectNode) Site.json("{'unheard-of': 1}")));
        trigger("tells", "output");
        Told told = told("output", "failed")
                .says(
                        "node call failed with bad-output: ",
                        "correct the node's output or the channels in the graph, where it is not its agent that is wrong",
                        begun);
        PuppetAgent.play("output", call -> PuppetAgent.nothing());
        told.help();
        completes("output");
    }

    @Test
    void theGraphWasChangedSoThatTheRunHasNoPlaceInIt() {
        trigger("moves", "moved");
        told("moved", "person");
        SITE.apply(MOVES.formatted("inquire"));
        Site.await(
                "it is changed", () -> caller.get("/api/graphs/moves?version=2").status() == 200);
        SITE.client().control(new Control("moved", null, new Control.Migrate(2), "grace"));
        Site.await(
                "it is told why it stays",
                () -> caller.found("/api/runs/moved/why")
                        .at("/reasons/1/code")
                        .asText()
                        .equals("refused"));
        new Told(caller, "moved", caller.found("/api/runs/moved/why").at("/reasons/1"))
                .on(PAGES)
                .says(
                        "command migrate of grace was refused: version 2 of graph moves cannot take the run over: it has no"
                                + " node ask, and the question of task ",
                        "until then it goes by the version that it has",
                        begun);
        SITE.apply(MOVES.formatted("ask").replace("'a?'", "'b?'"));
        Site.await(
                "there is one with a place",
                () -> caller.get("/api/graphs/moves?version=3").status() == 200);
        SITE.control("moved", new Control.Migrate(3));
        SITE.journalWith("moved", event -> event.type() == EventType.RUN_MIGRATED);
        told("moved", "person").help();
        completes("moved");
    }
}
