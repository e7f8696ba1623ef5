package dev.postroad.runtime.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.StubServer;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent that is asked what came of a call, before it is called. */
final class HttpQuestionTest {
    private static final String JSON = "application/json";

    private final AgentClients clients = new AgentClients(Calls.environment().withMaxAnswerBytes(1_000));
    private StubServer server;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
    }

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    @Test
    void theQuestionIsTheCallWithItsKeyAndItsHeaders() throws Exception {
        server.answersFirst(200, "{\"output\": {\"draft\": 1}}", JSON);
        assertThat(ask(1)).isEqualTo(AgentReply.completed(Calls.json("{'draft': 1}")));

        StubServer.Received question = server.request();
        assertThat(question.path()).isEqualTo("/v1/reconcile");
        assertThat(Calls.json(question.body())).isEqualTo(Calls.json("""
                                {"runId": "run-1", "graph": "launch", "node": "draft", "task": "1:draft", "attempt": 2,
                                 "input": {"topic": 1}, "deadline": "2026-01-02T03:05:05Z", "reconcile": true, "doubtful": 1}"""));
        assertThat(question.header("Idempotency-key")).isEqualTo("run-1/1:draft");
        assertThat(question.header("Authorization")).isEqualTo("Bearer s3cret-token");
        assertThat(question.header("Traceparent")).isEqualTo(Calls.TRACE);
        assertThat(server.isIdle()).as("it is not called").isTrue();
    }

    @Test
    void whereNothingWasDoneTheAgentIsCalled() throws Exception {
        server.answersFirst(200, "{\"notDone\": true}", JSON);
        server.answersFirst(200, "{\"output\": 7}", JSON);
        assertThat(ask(2)).isEqualTo(AgentReply.completed(Calls.json("7")));
        assertThat(server.request().path()).isEqualTo("/v1/reconcile");
        StubServer.Received call = server.request();
        assertThat(call.path()).isEqualTo("/v1");
        assertThat(Calls.json(call.body()).has("reconcile")).isFalse();
    }

    @Test
    void whereTheWorkIsUnderWayTheAgentIsAskedAgain() throws Exception {
        server.answersFirst(200, "{\"underWay\": true}", JSON);
        server.answersFirst(200, "{\"underWay\": true}", JSON);
        server.answersFirst(200, "{\"output\": 7}", JSON);
        assertThat(ask(1)).isEqualTo(AgentReply.completed(Calls.json("7")));
        for (int i = 0; i < 3; i++) {
            assertThat(server.request().path()).isEqualTo("/v1/reconcile");
        }
        assertThat(server.isIdle()).as("it is not called").isTrue();
    }

    @Test
    void askingEndsWithTheTimeOfTheAttempt() throws Exception {
        server.answers(200, "{\"underWay\": true}", "Retry-After", "3600");
        AgentReply reply = ask(Calls.dueAt(Calls.NOW.plusSeconds(1)), 1);
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, late -> {
            assertThat(late.type()).isEqualTo("timeout");
            assertThat(late.retryable()).isTrue();
        });
        assertThat(server.request().path()).isEqualTo("/v1/reconcile");
        assertThat(server.isIdle())
                .as("it is not called, nor asked before it wants")
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "500, broken, http.500, answered 500: broken",
        "404, what?, http.404, answered 404: what?",
        "302, '', http.302, a redirect to elsewhere",
        "204, '', http.bad-answer, the answer is not as agreed",
        "200, {}, http.bad-answer, does not say what came of the call",
        "200, <html>, http.bad-answer, the answer is not as agreed",
    })
    void anAgentThatCannotSayIsNotCalledAndTheAttemptMayBeTriedAgain(
            int status, String body, String type, String message) throws Exception {
        server.answers(status, body);
        assertThat(ask(1)).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo(type);
            assertThat(fault.message())
                    .startsWith("asked what came of attempt 1: ")
                    .contains(message);
            assertThat(fault.retryable()).isTrue();
        });
        assertThat(server.request().path()).isEqualTo("/v1/reconcile");
        assertThat(server.isIdle()).as("it is not called").isTrue();
    }

    @Test
    void aServerThatAsksForAPauseGetsItBeforeTheNextAttempt() throws Exception {
        server.answers(503, "busy", "Retry-After", "7");
        assertThat(ask(1))
                .isInstanceOfSatisfying(
                        Faulted.class, fault -> assertThat(fault.retryAfter()).isEqualTo(Duration.ofSeconds(7)));
    }

    @Test
    void anErrorThatMayBeTriedAgainIsTheEndOfTheAttemptInDoubtAndThisOneIsTheNext() throws Exception {
        server.answersFirst(200, "{\"error\": {\"type\": \"busy\", \"message\": \"later\"}}", JSON);
        assertThat(ask(1)).isEqualTo(AgentReply.completed(Calls.json("{}")));
        server.answersFirst(200, "{\"error\": {\"type\": \"busy\", \"message\": \"later\"}}", JSON);
        assertThat(ask(2)).as("this very attempt").isEqualTo(new Faulted("busy", "later", true, null));
        server.answersFirst(200, "{\"error\": {\"message\": \"no money\", \"retryable\": false}}", JSON);
        assertThat(ask(1)).isEqualTo(new Faulted("http.error", "no money", false, null));
    }

    @Test
    void anAgentThatCannotBeAskedIsCalled() throws Exception {
        try (AgentClient client = clients.open(Calls.agent("http", "url: " + server.url()))) {
            assertThat(client.callInDoubt(Calls.with("{}"), 1)).isEqualTo(AgentReply.completed(Calls.json("{}")));
        }
        assertThat(server.request().path()).isEqualTo("/v1");
    }

    @Test
    void secretsInItsAnswerAreHidden() throws Exception {
        server.answersFirst(200, "{\"output\": \"sent s3cret-token\"}", JSON);
        assertThat(ask(1)).isEqualTo(AgentReply.completed(Calls.json("'sent ***'")));
        server.answersFirst(500, "bad s3cret-token", "text/plain");
        assertThat(ask(1).toString()).contains("bad ***").doesNotContain("s3cret-token");
    }

    @Test
    void whoIsAskedHasToBeInReach() {
        assertThatThrownBy(() -> clients.open(
                        Calls.agent("http", "url: " + server.url(), "reconcile: http://169.254.169.254/latest")))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining("reconcile: ");
    }

    private AgentReply ask(int doubtful) throws Exception {
        return ask(Calls.with("{'topic': 1}"), doubtful);
    }

    private AgentReply ask(AgentCall call, int doubtful) throws Exception {
        try (AgentClient client = clients.open(Calls.agent(
                "http",
                "url: " + server.url(),
                "reconcile: " + server.url() + "/reconcile",
                "headers: { Authorization: 'Bearer ${env:TOKEN}' }",
                "retry: { backoff: PT0.001S, maxBackoff: PT2H }"))) {
            return client.callInDoubt(call, doubtful);
        }
    }
}
