package dev.postroad.runtime.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands around the calls of agents, on two workers and against a real server that fails on plan. */
@NullMarked
class GuardTest {
    private static final Site SITE = Site.open();
    private static List<Worker> workers = List.of();

    private final String name = "a" + UUID.randomUUID().toString().substring(0, 8);
    private final PlannedServer server = PlannedServer.start(PlannedServer.wellBehaved());

    @BeforeAll
    static void start() {
        workers = SITE.workers(2);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    static List<Arguments> failures() {
        return List.of(
                arguments("errors", PlannedServer.status(503, "")),
                arguments("hangs", PlannedServer.hang()),
                arguments("slow bytes", PlannedServer.slowBytes()),
                arguments("resets", PlannedServer.reset()),
                arguments("bad JSON", PlannedServer.json("{\"output\":")),
                arguments("too many requests", PlannedServer.status(429, "Retry-After: 1\r\n")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void theBreakerOpensOnFailuresOfEveryKindAndNoCallIsMadeWhileItIsOpen(
            String kind, PlannedServer.Behaviour failure) {
        server.does(failure);
        apply("""
                timeout: PT0.3S
                retry: { maxAttempts: 1 }
                onUnavailable: fail
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }""");
        for (int i = 0; i < 4; i++) {
            assertThat(ended(trigger("opening-" + i))).isEqualTo(EventType.RUN_FAILED);
        }
        awaitAllWorkersKnow();
        for (Worker worker : workers) {
            try (Caller scraper = new Caller(worker.httpPort())) {
                assertThat(scraper.get("/metrics").text())
                        .containsPattern("resilience4j_circuitbreaker_state\\{[^}]*name=\"" + name
                                + "\"[^}]*state=\"open\"[^}]*} 1\\.0");
            }
        }
        int requests = server.requests();
        for (int i = 0; i < 8; i++) {
            RunEvent failed = SITE.ended(trigger("after-" + i)).getLast();
            assertThat(failed.data().path("error").path("type").asText()).isEqualTo("agent-unavailable");
            assertThat(failed.data().path("error").path("message").asText()).contains(name, "circuit breaker is open");
        }
        assertThat(server.requests()).isEqualTo(requests);
    }

    @Test
    void inputThatAHealthyServerRefusesOpensNoBreaker() {
        server.does(PlannedServer.status(422, ""));
        apply("""
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }""");
        for (int i = 0; i < 6; i++) {
            ended(trigger("run-" + i));
        }
        assertThat(server.requests()).isEqualTo(6);
        assertThat(breaker()).isEqualTo("closed");
    }

    @Test
    void runsWaitForAnOpenBreakerAndGoOnOnceAFewCallsOverAllWorkersHaveGoneWell() {
        int requests = openBreakerForAll("""
                timeout: PT20S
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT6S, halfOpenCalls: 3 }""");
        CountDownLatch answer = new CountDownLatch(1);
        server.does(PlannedServer.held(answer));
        List<String> runs =
                IntStream.range(0, 40).mapToObj(i -> trigger("wait-" + i)).toList();
        runs.forEach(runId -> SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING));
        assertThat(server.requests()).isEqualTo(requests);

        awaitBreaker("half-open");
        Site.await("the calls that see whether it is well", () -> server.requests() == requests + 3);
        // Runs that looked again meanwhile found that enough calls were under way.
        Site.await(
                "others look again",
                () -> runs.stream()
                                .filter(runId -> SITE.journal(runId).stream()
                                                .filter(event -> event.type() == EventType.RUN_WAITING)
                                                .count()
                                        > 1)
                                .count()
                        > 20);
        assertThat(server.requests()).isEqualTo(requests + 3);

        answer.countDown();
        runs.forEach(runId -> assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(breaker()).isEqualTo("closed");
        assertThat(events())
                .containsExactly("agent.breaker-opened", "agent.breaker-half-opened", "agent.breaker-closed");
    }

    @Test
    void aBreakerThatIsOpenStaysSoOverARestart() {
        int requests = openBreakerForAll("""
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }""");
        SITE.stopWorkers();
        start();
        String runId = trigger("after-restart");
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING);
        assertThat(server.requests()).isEqualTo(requests);
        assertThat(breaker()).isEqualTo("open");
    }

    @Test
    void runsGoOnAtOnceWhenTheOpenBreakerOfTheirAgentIsTakenAway() {
        openBreaker("""
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }""");
        String runId = trigger("opening-last");
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING);
        server.does(PlannedServer.wellBehaved());
        apply("circuitBreaker: { enabled: false }");
        assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(breaker()).isEqualTo("closed");
    }

    @Test
    void anAgentThatIsRemovedAndPublishedAgainIsAsGoodAsNew() {
        openBreaker("""
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }""");
        String runId = trigger("opening-last");
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING);
        server.does(PlannedServer.wellBehaved());
        SITE.client().remove("agent/" + name);
        Site.await(
                "it is gone",
                () -> SITE.number(
                                "SELECT count(*) FROM postroad.agents WHERE name = ? AND removed_at IS NOT NULL", name)
                        == 1);
        apply("circuitBreaker: { openFor: PT1M }");
        assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(breaker()).isEqualTo("closed");
    }

    @Test
    void anotherAgentStandsInForOneThatCannotBeCalled() {
        try (PlannedServer standIn = PlannedServer.start(PlannedServer.json("{\"output\":{\"text\":\"stand-in\"}}"))) {
            SITE.apply("agent: " + name + "-2\nkind: http\nurl: " + standIn.url());
            openBreaker("retry: { maxAttempts: 1 }\nonUnavailable: { agent: " + name + "-2 }\n"
                    + "circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }");
            List<RunEvent> journal = SITE.ended(trigger("opening-last"));
            assertThat(journal.getLast().data().path("state").path("text").asText())
                    .isEqualTo("stand-in");
        }
        assertThat(server.requests()).isEqualTo(4);
    }

    @Test
    void aBulkheadBoundsTheCallsThatAreUnderWayOnAWorker() {
        CountDownLatch answer = new CountDownLatch(1);
        server.does(PlannedServer.held(answer));
        apply("bulkhead: { calls: 3 }");
        List<String> runs =
                IntStream.range(0, 30).mapToObj(i -> trigger("run-" + i)).toList();
        Site.await("both workers' places are taken", () -> server.requests() == 6);
        answer.countDown();
        runs.forEach(runId -> assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(server.requests()).isEqualTo(30);
        assertThat(server.mostAtOnce()).isLessThanOrEqualTo(6);
    }

    @Test
    void aNodeMayHaveABulkheadOfItsOwnAndStayClearOfTheBreaker() {
        server.does(PlannedServer.status(503, ""));
        apply(
                "circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT1H }",
                "bulkhead: { calls: 2 }, circuitBreaker: { enabled: false }, retry: { maxAttempts: 1 }");
        for (int i = 0; i < 8; i++) {
            ended(trigger("run-" + i));
        }
        assertThat(server.requests()).isEqualTo(8);
        assertThat(breaker()).isEqualTo("closed");

        CountDownLatch answer = new CountDownLatch(1);
        server.does(PlannedServer.held(answer));
        List<String> runs =
                IntStream.range(0, 20).mapToObj(i -> trigger("held-" + i)).toList();
        Site.await("both workers' places are taken", () -> server.requests() == 12);
        answer.countDown();
        runs.forEach(runId -> assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED));
        assertThat(server.mostAtOnce()).isLessThanOrEqualTo(4);
    }

    @Test
    void theCallsOfANodeAreJudgedByItsOwnSettingsAndOpenTheAgentsBreakerForAll() {
        server.does(PlannedServer.status(503, ""));
        apply(
                "circuitBreaker: { window: 100, minimumCalls: 100, openFor: PT1H }",
                "circuitBreaker: { window: 3, minimumCalls: 3 }, retry: { maxAttempts: 1 }");
        for (int i = 0; i < 3; i++) {
            ended(trigger("opening-" + i));
        }
        awaitBreaker("open");
        String runId = trigger("opening-last");
        SITE.journalWith(runId, event -> event.type() == EventType.RUN_WAITING);
        assertThat(server.requests()).isEqualTo(3);
        assertThat(column("breaker_until > now() + interval '30 minutes'")).isEqualTo("t");
    }

    @Test
    void aCallThatWaitsForItsPlaceTooLongFailsAndSaysWhatToDo() {
        CountDownLatch answer = new CountDownLatch(1);
        server.does(PlannedServer.held(answer));
        apply("retry: { maxAttempts: 1 }\nbulkhead: { calls: 1, maxWait: PT0.2S }");
        List<String> runs =
                IntStream.range(0, 12).mapToObj(i -> trigger("run-" + i)).toList();
        Site.await("all but those with a place have failed", () -> failed(runs).size() >= 10);
        answer.countDown();
        RunEvent failed = failed(runs).getFirst();
        assertThat(failed.data().path("error").path("type").asText()).isEqualTo("agent-busy");
        assertThat(failed.data().path("error").path("message").asText()).contains(name, "raise bulkhead.calls");
    }

    @Test
    void aRateLimitSpreadsTheCallsOfAWorkerOverTime() {
        apply("rateLimit: { calls: 2, per: PT1S }");
        Instant begun = SITE.ended(trigger("first")).getFirst().at();
        List<String> runs =
                IntStream.range(0, 10).mapToObj(i -> trigger("run-" + i)).toList();
        Instant last = runs.stream()
                .map(runId -> SITE.ended(runId).getLast())
                .peek(end -> assertThat(end.type()).isEqualTo(EventType.RUN_COMPLETED))
                .map(RunEvent::at)
                .max(Instant::compareTo)
                .orElseThrow();
        // Four calls a second on two workers: eleven take a whole second and parts of two more.
        assertThat(Duration.between(begun, last)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void anAgentThatStaysBadIsDisabledAndComesBackByAProbe() {
        openBreaker("""
                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 4, minimumCalls: 4, openFor: PT0.2S, halfOpenCalls: 1 }
                health: { openings: 3, probeEvery: PT1S }""");
        String runId = trigger("patient");
        List<String> others = new ArrayList<>();
        Site.await("the system disables it", () -> {
            others.add(trigger("other-" + others.size()));
            return !enabled();
        });
        assertThat(column("disabled_by || ': ' || disabled_reason"))
                .startsWith("system: its circuit breaker opened 3 times in a row without closing")
                .contains("http.503");

        server.does(PlannedServer.wellBehaved());
        Site.await("a probe enables it", GuardTest.this::enabled);
        assertThat(breaker()).isEqualTo("closed");
        others.add(runId);
        others.forEach(other -> SITE.ended(other));
        assertThat(events()).contains("agent.disabled").endsWith("agent.enabled");
    }

    @Test
    void runsOfADisabledAgentWaitAndGoOnAtOnceWhenItIsEnabledAlsoOverARestart() {
        apply("");
        setEnabled(false);
        int before = server.requests();
        List<String> runs =
                IntStream.range(0, 8).mapToObj(i -> trigger("run-" + i)).toList();
        runs.forEach(runId -> {
            RunEvent waiting = SITE.journalWith(runId, event -> event.type() == EventType.NODE_WAITING).stream()
                    .filter(event -> event.type() == EventType.NODE_WAITING)
                    .findFirst()
                    .orElseThrow();
            assertThat(waiting.data().path("agent").asText()).isEqualTo(name);
            assertThat(waiting.data().path("reason").asText()).contains("a person disabled it: too dear");
        });
        assertThat(server.requests()).isEqualTo(before);
        setEnabled(true);
        runs.forEach(runId -> assertThat(ended(runId)).isEqualTo(EventType.RUN_COMPLETED));

        setEnabled(false);
        String patient = trigger("patient");
        SITE.journalWith(patient, event -> event.type() == EventType.RUN_WAITING);
        SITE.stopWorkers();
        setEnabled(true);
        start();
        assertThat(ended(patient)).isEqualTo(EventType.RUN_COMPLETED);
    }

    private void setEnabled(boolean enabled) {
        AgentSwitch agents = new AgentSwitch(
                SITE.sql(), new AgentEvents("a person's", InstantSource.system()), InstantSource.system());
        if (enabled) {
            agents.enable(name, AgentSwitch.By.PERSON, "cheaper now");
        } else {
            agents.disable(name, AgentSwitch.By.PERSON, "too dear", null);
            awaitAllWorkersKnow();
        }
    }

    private void openBreaker(String settings) {
        server.does(PlannedServer.status(503, ""));
        apply(settings);
        for (int i = 0; i < 4; i++) {
            ended(trigger("opening-" + i));
        }
        awaitBreaker("open");
    }

    /** As before, and all workers know. */
    private int openBreakerForAll(String settings) {
        openBreaker(settings);
        awaitAllWorkersKnow();
        return server.requests();
    }

    private void apply(String settings) {
        apply(settings, "");
    }

    /** An agent of this server, and a graph that calls it. */
    private void apply(String settings, String ofNode) {
        SITE.apply("agent: " + name + "\nkind: http\nurl: " + server.url() + "\n" + settings);
        SITE.apply("graph: " + name + "\nstate: { text: { reducer: last } }\nnodes: { ask: { agent: " + name
                + (ofNode.isEmpty() ? "" : ", " + ofNode)
                + " } }\nedges: [{ from: START, to: ask }, { from: ask, to: END }]");
        Site.await(
                "the graph is there",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = ?", name) == 1);
    }

    private String trigger(String run) {
        String runId = name + "-" + run;
        // Runs that open the breaker are of one shard, so that one worker counts them all.
        return run.startsWith("opening-") ? trigger(run, 0) : triggered(runId);
    }

    private String trigger(String run, int shard) {
        String runId = name + "-" + run;
        for (int i = 0; SITE.shardOf(runId) != shard; i++) {
            runId = name + "-" + run + "-" + i;
        }
        return triggered(runId);
    }

    private String triggered(String runId) {
        SITE.trigger(name, runId, "{}");
        return runId;
    }

    /** Until a run of each shard finds that the agent cannot be called; those before are called, and fail. */
    private void awaitAllWorkersKnow() {
        for (int shard = 0; shard < 4; shard++) {
            int of = shard;
            Site.await(
                    "the owner of shard " + shard + " knows",
                    () -> isTurnedAway(trigger("ask-" + UUID.randomUUID(), of)));
        }
    }

    private static boolean isTurnedAway(String runId) {
        RunEvent last = SITE.journalWith(
                        runId,
                        event -> event.type() == EventType.RUN_WAITING
                                || event.type().endsRun())
                .getLast();
        return last.type() == EventType.RUN_WAITING
                || last.data().path("error").path("type").asText().equals("agent-unavailable");
    }

    private static EventType ended(String runId) {
        return SITE.ended(runId).getLast().type();
    }

    private static List<RunEvent> failed(List<String> runs) {
        return runs.stream()
                .flatMap(runId -> SITE.journal(runId).stream())
                .filter(event -> event.type() == EventType.RUN_FAILED)
                .toList();
    }

    private void awaitBreaker(String state) {
        Site.await("the breaker is " + state, () -> breaker().equals(state));
    }

    private String breaker() {
        return column("breaker");
    }

    private String column(String expression) {
        return SITE.sql()
                .withHandle(
                        handle -> handle.select("SELECT " + expression + " FROM postroad.agents WHERE name = ?", name)
                                .mapTo(String.class)
                                .one());
    }

    private boolean enabled() {
        return SITE.number("SELECT count(*) FROM postroad.agents WHERE name = ? AND enabled", name) == 1;
    }

    private List<String> events() {
        return SITE.sql()
                .withHandle(handle -> handle.select(
                                "SELECT type FROM postroad.agent_events WHERE agent = ? AND type NOT IN"
                                        + " ('agent.registered', 'agent.changed') ORDER BY id",
                                name)
                        .mapTo(String.class)
                        .list());
    }
}
