package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.Usage;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpAgentTest {
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
    void sendsAllThatAnAgentNeedsToWorkOnceAndInTime() throws Exception {
        call("{'topic':'Ä'}");

        StubServer.Received request = server.request();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/v1");
        assertThat(Calls.json(request.body())).isEqualTo(Calls.json("""
                                {"runId": "run-1", "graph": "launch", "node": "draft", "task": "1:draft", "attempt": 2,
                                 "input": {"topic": "Ä"}, "deadline": "2026-01-02T03:05:05Z"}"""));
        assertThat(request.header("Content-type")).isEqualTo("application/json");
        assertThat(request.header("Idempotency-key")).isEqualTo("run-1/1:draft");
        assertThat(request.header("Traceparent")).isEqualTo(Calls.TRACE);
    }

    @Test
    void keepsSecretsOfHeadersInTheEnvironment() throws Exception {
        call("{}");

        assertThat(server.request().header("Authorization")).isEqualTo("Bearer s3cret-token");
    }

    @Test
    void givesBackOutputAndUsage() throws Exception {
        server.answers(200, "{\"output\": {\"draft\": \"Ö\"}, \"usage\": {\"inputTokens\": 7, \"outputTokens\": 9}}");

        assertThat(call("{}")).isEqualTo(new Completed(Calls.json("{'draft':'Ö'}"), new Usage(7, 9)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "3", "'text'", "[1]", "{}"})
    void takesAnyJsonAsOutput(String output) throws Exception {
        server.answers(200, Calls.object("{'output':" + output + ",'more':1}").toString());

        assertThat(call("{}")).isEqualTo(AgentReply.completed(Calls.json(output)));
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void letsPassingTroubleBeRetried(int status) throws Exception {
        server.answers(status, "come\nback");

        assertThat(call("{}"))
                .isEqualTo(new Faulted("http." + status, "answered " + status + ": come back", true, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 413, 422})
    void givesUpWhereTheRequestIsAtFault(int status) throws Exception {
        server.answers(status, "", "Retry-After", "5");

        assertThat(call("{}")).isEqualTo(AgentReply.permanent("http." + status, "answered " + status));
    }

    @Test
    void doesNotSendInputsToWhereARedirectPoints() throws Exception {
        server.answers(302, "", "Location", "http://elsewhere.example/");

        assertThat(call("{}"))
                .isEqualTo(AgentReply.permanent(
                        "http.302",
                        "answered 302, a redirect to http://elsewhere.example/; redirects are not followed"));
    }

    @ParameterizedTest
    @CsvSource({"7,7", "'Fri, 02 Jan 2026 03:04:15 GMT',10", "'Fri, 02 Jan 2026 03:00:00 GMT',0"})
    void waitsAsLongAsTheServerAsks(String header, long seconds) throws Exception {
        server.answers(503, "", "Retry-After", header);

        assertThat(call("{}")).isEqualTo(new Faulted("http.503", "answered 503", true, Duration.ofSeconds(seconds)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<html>            | is not JSON",
                "``                | is empty",
                "[]                | must be an object",
                "{}                | output: is missing",
                "{\"output\":1} 2  | is not JSON",
                "{\"output\":\"\\u0000\"} | U+0000",
                "{\"output\":1,\"usage\":{\"inputTokens\":-1}} | usage.inputTokens: must be a whole number",
                "{\"output\":1,\"usage\":3} | usage: must be an object",
            })
    void saysWhatIsWrongWithAnAnswer(String body, String problem) throws Exception {
        server.answers(200, body);

        assertThat(call("{}")).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("http.bad-answer");
            assertThat(fault.retryable()).isFalse();
            assertThat(fault.message()).contains(problem);
        });
    }

    @Test
    void readsAnAnswerThatIsJustShortEnough() throws Exception {
        String frame = "{\"output\":\"\"}";
        server.answers(200, "{\"output\":\"" + "x".repeat(1_000 - frame.length()) + "\"}");

        assertThat(call("{}")).isInstanceOf(Completed.class);
    }

    @Test
    void stopsReadingAnAnswerThatIsTooLong() throws Exception {
        String frame = "{\"output\":\"\"}";
        server.answers(200, "{\"output\":\"" + "x".repeat(1_001 - frame.length()) + "\"}");

        assertThat(call("{}"))
                .isEqualTo(AgentReply.permanent("http.answer-too-large", "answered more than 1000 bytes"));
    }

    @Test
    void doesNotJournalASecretThatTheServerEchoes() throws Exception {
        server.answers(401, "bad token: Bearer s3cret-token\u0000");

        assertThat(call("{}")).isEqualTo(AgentReply.permanent("http.401", "answered 401: bad token: Bearer *** "));
    }

    @Test
    void doesNotCallAfterTheDeadline() throws Exception {
        try (AgentClient client = client()) {
            assertThat(client.call(Calls.dueAt(Calls.NOW))).isInstanceOfSatisfying(Faulted.class, fault -> {
                assertThat(fault.type()).isEqualTo("http.connection");
                assertThat(fault.retryable()).isTrue();
                assertThat(fault.message()).contains("did not answer in time");
            });
        }
    }

    private AgentReply call(String input) throws Exception {
        try (AgentClient client = client()) {
            return client.call(Calls.with(input));
        }
    }

    private AgentClient client() throws Exception {
        return clients.open(
                Calls.agent("http", "url: " + server.url(), "headers: { Authorization: 'Bearer ${env:TOKEN}' }"));
    }
}
