package dev.postroad.runtime.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.NullNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.StubServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
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
    void writesWhatTheAgentLoggedToTheRunsLog() throws Exception {
        server.answers(
                200,
                Calls.object("{'output':{},'logs':['began',{'level':'Warning','message':'slow','fields':{'n':1}},7]}")
                        .toString());
        List<String> written = new ArrayList<>();
        try (AgentClient client = client()) {
            client.call(Calls.logged((level, message, fields) -> written.add(level + " " + message + " " + fields)));
        }
        assertThat(written).containsExactly("INFO began null", "WARN slow {\"n\":1}", "INFO 7 null");
    }

    @Test
    void tellsTheAgentWhatPeopleAnswered() throws Exception {
        try (AgentClient client = client()) {
            client.call(Calls.answered(Calls.json("{'approved':true}"), Calls.json("null")));
        }

        assertThat(Calls.json(server.request().body()).get("answers"))
                .isEqualTo(Calls.json("[{'approved':true},null]"));
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
    @MethodSource("waysOn")
    void goesWhereTheAgentSends(String body, List<Goto> next) throws Exception {
        server.answers(200, Calls.object(body).toString());

        assertThat(call("{}"))
                .isInstanceOfSatisfying(
                        Completed.class,
                        completed -> assertThat(completed.next()).isEqualTo(next));
    }

    static List<Arguments> waysOn() {
        return List.of(
                arguments("{'output':1}", List.of()),
                arguments("{'output':1,'goto':null,'graph':'launch'}", List.of()),
                arguments("{'output':1,'goto':[]}", List.of()),
                arguments("{'output':1,'goto':'a'}", List.of(Goto.node("a"))),
                arguments("{'output':1,'goto':{'node':'a','input':[1]}}", List.of(goTo("a", "[1]", false))),
                arguments(
                        "{'output':1,'goto':['a',{'node':'b','input':null},{'node':'c','graph':'PARENT'}]}",
                        List.of(Goto.node("a"), goTo("b", "null", false), new Goto("c", null, true))),
                arguments(
                        "{'output':1,'goto':['a',{'node':'b','input':2}],'graph':'PARENT'}",
                        List.of(new Goto("a", null, true), goTo("b", "2", true))));
    }

    private static Goto goTo(String node, String input, boolean parent) {
        return new Goto(node, Calls.json(input), parent);
    }

    @Test
    void writesNothingWhereItOnlySendsTheRunOn() throws Exception {
        server.answers(200, "{\"goto\": \"a\", \"usage\": {\"outputTokens\": 9}}");

        assertThat(call("{}")).isEqualTo(new Completed(Calls.json("{}"), new Usage(0, 9), List.of(Goto.node("a"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'Publish?'", "{'draft':[1]}", "false"})
    void asksAPersonWhateverTheAgentAsks(String question) throws Exception {
        server.answers(
                200,
                Calls.object("{'interrupt':" + question + ",'output':null,'sleep':null}")
                        .toString());

        assertThat(call("{}")).isEqualTo(new Interrupted(Calls.json(question)));
    }

    @Test
    void sleepsAsLongAsTheAgentSays() throws Exception {
        server.answers(200, "{\"sleep\": \"PT10M\", \"interrupt\": null}");

        assertThat(call("{}")).isEqualTo(new Sleeping(Duration.ofMinutes(10)));
    }

    @Test
    void whatACallUsedCountsWhateverItCameTo() throws Exception {
        String usage = "\"usage\": {\"inputTokens\": 3, \"outputTokens\": 4, \"cost\": 0.5}";
        Usage used = new Usage(3, 4, null, new BigDecimal("0.5"), null);
        for (String body : List.of(
                "{\"interrupt\": 1, " + usage + "}",
                "{\"sleep\": \"PT1S\", " + usage + "}",
                "{\"outptu\": 1, " + usage + "}")) {
            server.answers(200, body);
            assertThat(call("{}").usage()).as(body).isEqualTo(used);
        }
        server.answers(503, "{\"error\": \"busy\", " + usage + "}");
        assertThat(call("{}")).isInstanceOf(Faulted.class).returns(used, AgentReply::usage);
        server.answers(503, "{\"usage\": {\"inputTokens\": -3}}");
        assertThat(call("{}")).isInstanceOf(Faulted.class).returns(Usage.NONE, AgentReply::usage);
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
                "[]                | must be an object",
                "{\"answer\":42}    | output: is missing",
                "{\"ouput\":{},\"usage\":{}} | output: is missing",
                "{\"output\":1} 2  | is not JSON",
                "{\"output\":\"\\u0000\"} | U+0000",
                "{\"output\":1,\"usage\":{\"inputTokens\":-1}} | usage.inputTokens: must be a whole number",
                "{\"output\":1,\"usage\":3} | usage: must be an object",
                "{\"interrupt\":1,\"output\":2} | output: stands beside interrupt; keep one of the two",
                "{\"interrupt\":1,\"sleep\":\"PT1S\"} | sleep: stands beside interrupt; keep one of the two",
                "{\"interrupt\":1,\"goto\":\"a\"} | goto: stands beside interrupt; keep one of the two",
                "{\"interrupt\":1,\"usage\":3} | usage: must be an object",
                "{\"sleep\":\"PT1S\",\"output\":{}} | output: stands beside sleep; keep one of the two",
                "{\"sleep\":\"10m\"} | sleep: is the text \"10m\"; use a positive ISO-8601 duration",
                "{\"sleep\":\"PT0S\"} | sleep: is the text \"PT0S\"; use a positive ISO-8601 duration",
                "{\"sleep\":600} | sleep: is the number 600; use a positive ISO-8601 duration",
                "{\"output\":1,\"goto\":7} | goto: leads nowhere; name a node",
                "{\"output\":1,\"goto\":\"\"} | goto: leads nowhere; name a node",
                "{\"output\":1,\"goto\":[\"a\",null]} | goto[1]: leads nowhere; name a node",
                "{\"goto\":{\"input\":1}} | goto.node: is missing; name a node, or END",
                "{\"goto\":{\"node\":\"a\",\"graph\":\"up\"}} | goto.graph: is \"up\"; say PARENT, or remove it",
                "{\"goto\":\"a\",\"graph\":\"launch\"} | graph: is \"launch\"; say PARENT, or remove it",
            })
    void saysWhatIsWrongWithAnAnswer(String body, String problem) throws Exception {
        server.answers(200, body);

        assertThat(call("{}")).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo("http.bad-answer");
            assertThat(fault.retryable()).isFalse();
            assertThat(fault.message()).contains(problem);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \r\n\t ",
                "null",
                "{}",
                "{\"output\":null}",
                "{\"output\":null,\"more\":1}",
                "{\"interrupt\":null}",
                "{\"sleep\":null,\"goto\":null}",
                "{\"logs\":[\"done\"]}"
            })
    void anAnswerOfNothingIsWorkThatIsDone(String body) throws Exception {
        server.answers(200, body);
        assertThat(call("{}")).isEqualTo(AgentReply.completed(NullNode.instance));
    }

    @Test
    void aStatusThatSaysNoContentIsWorkThatIsDone() throws Exception {
        server.answers(204, "", "Content-Type", "text/event-stream");
        assertThat(call("{}")).isEqualTo(AgentReply.completed(NullNode.instance));
    }

    @Test
    void whatStandsBesideNothingCounts() throws Exception {
        server.answers(200, "{\"output\":null,\"goto\":\"b\",\"usage\":{\"inputTokens\":3}}");
        assertThat(call("{}")).isEqualTo(new Completed(NullNode.instance, new Usage(3, 0), List.of(Goto.node("b"))));
        server.answers(200, "{\"output\":null,\"interrupt\":\"sure?\"}");
        assertThat(call("{}")).isEqualTo(new AgentReply.Interrupted(Calls.json("'sure?'")));
        server.answers(200, "{\"output\":null,\"sleep\":\"PT1S\"}");
        assertThat(call("{}")).isEqualTo(new AgentReply.Sleeping(Duration.ofSeconds(1)));
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
                assertThat(fault.type()).isEqualTo("timeout");
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
