package dev.postroad.runtime.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When attempts that failed are followed by others, and how soon. */
@NullMarked
class RetriesTest {
    private static final Site SITE = Site.open();

    private final String name = "a" + UUID.randomUUID().toString().substring(0, 8);
    private final PlannedServer server = PlannedServer.start(PlannedServer.wellBehaved());

    @BeforeAll
    static void start() {
        SITE.worker();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @AfterEach
    void stopServer() {
        server.close();
    }

    static List<Arguments> tooSlow() {
        return List.of(
                arguments("no headers", PlannedServer.hang()), arguments("an endless body", PlannedServer.slowBytes()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tooSlow")
    void aServerThatIsTooSlowIsATimeoutHoweverFarItCame(String how, PlannedServer.Behaviour behaviour) {
        server.does(behaviour);
        apply("timeout: PT0.3S\nretry: { maxAttempts: 3, backoff: PT0.01S, on: timeout }");
        RunEvent failed = ended();
        assertThat(failed.type()).isEqualTo(EventType.RUN_FAILED);
        assertThat(failed.data().at("/error/type").asText()).isEqualTo("timeout");
        assertThat(server.requests()).isEqualTo(3);
    }

    @Test
    void aServerThatAsksForAnHourIsTriedAgainWhenThePolicySays() {
        server.does(PlannedServer.status(429, "Retry-After: 3600\r\nRetry-After: -1\r\n"));
        apply("retry: { maxAttempts: 3, backoff: PT0.01S, maxBackoff: PT0.2S }");
        assertThat(ended().data().at("/error/type").asText()).isEqualTo("http.429");
        List<RunEvent> retrying = SITE.journal("run-" + name).stream()
                .filter(event -> event.type() == EventType.NODE_RETRYING)
                .toList();
        assertThat(retrying).hasSize(2).allSatisfy(event -> {
            Instant due = Instant.parse(event.data().path("dueAt").asText());
            assertThat(Duration.between(event.at(), due)).isEqualTo(Duration.ofMillis(200));
        });
    }

    @Test
    void whatWaitsForAnHourIsTriedAtOnceByARetryThatSaysNow() {
        server.does(PlannedServer.status(503, "Retry-After: 3600\r\n"));
        apply("retry: { maxBackoff: PT2H }");
        String runId = trigger();
        SITE.journalWith(runId, event -> event.type() == EventType.NODE_RETRYING);
        SITE.control(runId, new Control.Retry());
        RunEvent rejected = SITE.journalWith(runId, event -> event.type() == EventType.COMMAND_REJECTED)
                .getLast();
        assertThat(rejected.data().path("reason").asText()).contains("with \"now\": true");

        server.does(PlannedServer.wellBehaved());
        SITE.control(runId, new Control.Retry(true));
        List<RunEvent> journal = SITE.ended(runId);
        assertThat(journal.getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(journal)
                .filteredOn(event -> event.type() == EventType.RUN_RETRIED)
                .singleElement()
                .satisfies(event ->
                        assertThat(event.data().path("now").asBoolean()).isTrue());
        assertThat(server.requests()).isEqualTo(2);
        assertThat(SITE.history().find(runId).orElseThrow().status().publicName())
                .isEqualTo("completed");
    }

    @Test
    void aGraphThatWasPublishedWithAPatternOfJavaAloneStillRuns() {
        try (Site site = Site.open()) {
            site.worker();
            site.apply("""
                    graph: old
                    nodes:
                      only: { agent: test-puppet, retry: { backoff: PT0.01S, on: 'message:busy' } }
                    edges:
                      - { from: START, to: only }
                      - { from: only, to: END }
                    """);
            Site.await("it is stored", () -> site.number("SELECT count(*) FROM postroad.graphs") == 1);
            site.stopWorkers();
            // As an older release took it.
            site.sql().useHandle(handle -> handle.execute("""
                    UPDATE postroad.graphs
                    SET definition = replace(definition::text, 'message:busy', 'message:^(?=.*busy)(?!.*never)')::json"""));
            site.worker(Map.of());
            String runId = "r" + UUID.randomUUID();
            PuppetAgent.play(
                    runId,
                    call -> call.attempt() == 1
                            ? AgentReply.permanent("mine", "the model is busy")
                            : AgentReply.permanent("mine", "busy, and never free"));
            site.trigger("old", runId, "{}");
            assertThat(site.ended(runId).getLast().type()).isEqualTo(EventType.RUN_FAILED);
            assertThat(PuppetAgent.calls(runId)).hasSize(2);
        }
    }

    private void apply(String settings) {
        SITE.apply("agent: " + name + "\nkind: http\nurl: " + server.url() + "\n" + settings + "\n---\ngraph: " + name
                + "\nstate: { text: {} }\nnodes: { only: { agent: " + name
                + " } }\nedges: [{ from: START, to: only }, { from: only, to: END }]");
    }

    private String trigger() {
        SITE.trigger(name, "run-" + name, "{}");
        return "run-" + name;
    }

    private RunEvent ended() {
        return SITE.ended(trigger()).getLast();
    }
}
