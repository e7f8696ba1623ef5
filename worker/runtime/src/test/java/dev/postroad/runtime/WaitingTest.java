package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs that wait for people and for times, fan out over data, and have other graphs inside. */
@NullMarked
class WaitingTest {
    private static final String GRAPHS = """
            graph: sleeper
            state: { log: { reducer: append } }
            nodes:
              before: { set: "{'log': ['before']}" }
              nap: { sleep: "'PT11S'" }
              after: { set: "{'log': ['after']}" }
            edges:
              - { from: START, to: before }
              - { from: before, to: nap }
              - { from: nap, to: after }
              - { from: after, to: END }
            ---
            graph: poller
            state: { answer: {} }
            nodes: { poll: { agent: test-puppet } }
            edges: [{ from: START, to: poll }, { from: poll, to: END }]
            ---
            graph: approval
            state: { draft: {}, approved: {} }
            nodes:
              approve: { interrupt: "{'question': 'Publish?', 'draft': state.draft}", output: "{'approved': result}" }
              publish: { agent: test-puppet }
            edges: [{ from: START, to: approve }, { from: approve, to: publish }, { from: publish, to: END }]
            ---
            graph: hasty-approval
            state: { approved: {} }
            nodes: { approve: { interrupt: "'Publish?'" } }
            edges: [{ from: START, to: approve }, { from: approve, to: END }]
            limits: { timeout: PT1S }
            ---
            graph: wide
            state: { items: {}, done: { reducer: sum } }
            nodes: { work: { agent: test-puppet, output: "{'done': result.n}" } }
            edges:
              - { from: START, forEach: "lists.range(state.items)", as: item, to: work }
              - { from: work, to: END }
            ---
            graph: cached
            state: { topic: {}, answer: {} }
            nodes: { ask: { agent: test-puppet, input: "{'topic': state.topic}", cache: PT1H } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: inner
            state: { log: { reducer: append } }
            nodes: { step: { set: "{'log': ['first version']}" } }
            edges: [{ from: START, to: step }, { from: step, to: END }]
            ---
            graph: outer
            state: { log: { reducer: append } }
            nodes: { part: { graph: inner } }
            edges: [{ from: START, to: part }, { from: part, to: END }]
            """;

    private static final Site SITE = Site.open();

    @SuppressWarnings("NullAway.Init")
    private static Worker worker;

    @BeforeAll
    static void start() {
        worker = SITE.worker();
        SITE.apply(GRAPHS);
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    private static void replaceTheWorker() {
        SITE.stopWorkers();
        worker = SITE.worker();
    }

    private static void awaitStatus(String runId, RunStatus status) {
        Site.await(
                runId + " is " + status,
                () -> SITE.history()
                        .find(runId)
                        .filter(run -> run.status() == status)
                        .isPresent());
    }

    private static JsonNode state(String runId) {
        return SITE.history().state(runId, null).orElseThrow().state();
    }

    @Test
    void aRunThatSleepsIsInNobodysMemoryAndOutlivesItsWorker() throws Exception {
        SITE.trigger("sleeper", "sleeps", "{}");
        awaitStatus("sleeps", RunStatus.WAITING);
        Site.await("no run is in memory", () -> inFlight(worker) == 0);
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE run_id = 'sleeps' AND wake_at > now()"))
                .isEqualTo(1);
        replaceTheWorker();
        List<RunEvent> journal = SITE.ended("sleeps");
        assertThat(journal)
                .extracting(RunEvent::type)
                .containsSubsequence(
                        EventType.NODE_WAITING, EventType.RUN_WAITING, EventType.RUN_RESUMED, EventType.RUN_COMPLETED);
        assertThat(state("sleeps").get("log")).isEqualTo(Site.json("['before', 'after']"));
        Duration slept = Duration.between(
                of(journal, EventType.RUN_WAITING).at(),
                of(journal, EventType.RUN_RESUMED).at());
        assertThat(slept).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    }

    private static RunEvent of(List<RunEvent> journal, EventType type) {
        return journal.stream()
                .filter(event -> event.type() == type)
                .findFirst()
                .orElseThrow();
    }

    private static long inFlight(Worker worker) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + worker.httpPort() + "/metrics"))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith("postroad_runs_running"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    @Test
    void anAgentThatSleepsIsCalledAgainWithoutItsRetriesBeingSpent() {
        PuppetAgent.play(
                "polls",
                call -> call.attempt() < 6
                        ? new AgentReply.Sleeping(Duration.ofMillis(20))
                        : AgentReply.completed(Site.json("{'answer': 42}")));
        SITE.trigger("poller", "polls", "{}");
        assertThat(SITE.ended("polls").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(PuppetAgent.calls("polls")).extracting(AgentCall::attempt).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void aPersonAnswersWhatANodeAsksThoughTheWorkerThatAskedIsGone() {
        SITE.trigger("approval", "asks", "{'draft': 'Hello'}");
        awaitStatus("asks", RunStatus.WAITING);
        replaceTheWorker();
        RunEvent waiting = of(SITE.journal("asks"), EventType.RUN_WAITING);
        assertThat(waiting.data().at("/interrupts/0/value"))
                .isEqualTo(Site.json("{'question': 'Publish?', 'draft': 'Hello'}"));
        SITE.control("asks", Control.Resume.with(Site.json("'yes'")));
        assertThat(SITE.ended("asks").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(state("asks").get("approved")).isEqualTo(Site.json("'yes'"));
        assertThat(PuppetAgent.nodes("asks")).containsExactly("publish");
    }

    @Test
    void anAnswerToNobodyIsRejectedWithTheReason() {
        SITE.trigger("approval", "answered-late", "{'draft': 'Hello'}");
        awaitStatus("answered-late", RunStatus.WAITING);
        SITE.control("answered-late", new Control.Resume(Map.of("nobody", Site.json("1")), null, List.of()));
        RunEvent rejected = of(
                SITE.journalWith("answered-late", event -> event.type() == EventType.COMMAND_REJECTED),
                EventType.COMMAND_REJECTED);
        assertThat(rejected.data().path("reason").asText()).contains("nobody", "approve@1#1");
        awaitStatus("answered-late", RunStatus.WAITING);
    }

    @Test
    void aRunThatNobodyAnswersFailsWhenItsTimeIsOver() {
        SITE.trigger("hasty-approval", "too-late", "{}");
        RunEvent failed = SITE.ended("too-late").getLast();
        assertThat(failed.type()).isEqualTo(EventType.RUN_FAILED);
        assertThat(failed.data().at("/error/type").asText()).isEqualTo("run-timeout");
    }

    @Test
    void tenThousandTasksOfOneSuperstepAllCount() {
        PuppetAgent.play(
                "wide",
                call -> AgentReply.completed(
                        Site.json("{'n': " + call.input().path("item").asInt() + "}")));
        SITE.trigger("wide", "wide", "{'items': 10000}");
        assertThat(SITE.ended("wide").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(state("wide").get("done").asInt())
                .isEqualTo(IntStream.range(0, 10_000).sum());
    }

    @Test
    void aResultThatIsCachedServesEveryRunWithTheSameInput() {
        for (String runId : List.of("first", "second", "other")) {
            PuppetAgent.play(runId, call -> AgentReply.completed(Site.json("{'answer': '" + runId + "'}")));
        }
        SITE.trigger("cached", "first", "{'topic': 'kettles'}");
        SITE.ended("first");
        // It is kept once the run has it, as nobody's answer waits for that.
        Site.await("it is kept", () -> SITE.number("SELECT count(*) FROM postroad.cached_results") == 1);
        SITE.trigger("cached", "second", "{'topic': 'kettles'}");
        SITE.trigger("cached", "other", "{'topic': 'toasters'}");
        SITE.ended("second");
        SITE.ended("other");
        assertThat(state("second").get("answer")).isEqualTo(Site.json("'first'"));
        assertThat(state("other").get("answer")).isEqualTo(Site.json("'other'"));
        assertThat(PuppetAgent.calls("second")).isEmpty();
        SITE.sql().useHandle(handle -> handle.execute("UPDATE postroad.cached_results SET expires_at = now()"));
        PuppetAgent.play("later", call -> AgentReply.completed(Site.json("{'answer': 'later'}")));
        SITE.trigger("cached", "later", "{'topic': 'kettles'}");
        SITE.ended("later");
        assertThat(PuppetAgent.calls("later")).hasSize(1);
    }

    @Test
    void anAnswerOfFiftyMegabytesFailsItsNodeAndTouchesNoOtherRun() {
        PuppetAgent.play("huge", call -> AgentReply.completed(Site.json("{'answer': '" + "x".repeat(50 << 20) + "'}")));
        PuppetAgent.play("usual", call -> AgentReply.completed(Site.json("{'answer': 1}")));
        SITE.trigger("poller", "huge", "{}");
        SITE.trigger("poller", "usual", "{}");
        assertThat(SITE.ended("usual").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        RunEvent failed = SITE.ended("huge").getLast();
        assertThat(failed.data().at("/error/type").asText()).isEqualTo("state-limit");
        assertThat(failed.data().at("/error/message").asText()).contains("limits.stateBytes of graph poller");
        assertThat(PuppetAgent.calls("huge")).as("a retry would not help").hasSize(1);
    }

    @Test
    void aRunKeepsTheVersionsOfTheGraphsInsideItsOwn() {
        SITE.trigger("outer", "before", "{}");
        assertThat(SITE.ended("before").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        SITE.apply("""
                graph: inner
                state: { log: { reducer: append } }
                nodes: { step: { set: "{'log': ['second version']}" } }
                edges: [{ from: START, to: step }, { from: step, to: END }]
                """);
        Site.await(
                "the second version is published",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'inner'") == 2);
        SITE.trigger("outer", "after", "{}");
        SITE.ended("after");
        assertThat(state("after").get("log")).isEqualTo(Site.json("['first version']"));
        assertThat(SITE.journal("after")).extracting(RunEvent::task).contains("part@1/step@1");
    }
}
