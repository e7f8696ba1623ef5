package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.Events;
import dev.postroad.runtime.agent.attempt.StubServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LlmAgentTest {
    private static final String KEY = "sk-very-secret";

    private static final Usage USAGE = new Usage(11, 7, null, null, "stop");
    private static final String SCHEMA =
            "schema: {type: object, required: [score], properties: {score: {type: integer, maximum: 10}}}";

    private StubServer server;
    private AgentClients clients;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
        clients = new AgentClients(
                Calls.environment().withLlm(server.url(), KEY, "house-model").withMaxAnswerBytes(1_000));
        server.answersEvents(Events.answer("Hel", "lo"));
    }

    @AfterEach
    void stop() {
        clients.close();
        server.close();
    }

    @Test
    void givesBackTheTextAndWhatItCost() throws Exception {
        assertThat(call("{'a':1}")).isEqualTo(new Completed(Calls.json("{'text':'Hello'}"), USAGE));
    }

    @Test
    void showsTheWordsAsTheyCome() throws Exception {
        List<String> shown = new ArrayList<>();
        clients.open(Calls.agent("llm")).call(Calls.with(Calls.json("{}"), shown::add));

        assertThat(shown).containsExactly("Hel", "lo");
    }

    @Test
    void tellsTheModelTheInputWhereThereIsNoPrompt() throws Exception {
        call("{'a':[1,'x']}");

        StubServer.Received request = server.request();
        assertThat(request.path()).isEqualTo("/v1/chat/completions");
        assertThat(request.header("Authorization")).isEqualTo("Bearer " + KEY);
        assertThat(request.header("Traceparent")).isEqualTo(Calls.TRACE);
        JsonNode body = Calls.json(request.body());
        assertThat(body.path("model").textValue()).isEqualTo("house-model");
        assertThat(body.path("stream").booleanValue()).isTrue();
        assertThat(body.path("messages")).isEqualTo(Calls.json("[{'role':'user','content':'{\\'a\\':[1,\\'x\\']}'}]"));
    }

    @Test
    void tellsTheModelWhatTheAuthorWrote() throws Exception {
        call(
                "{'topic':'ants'}",
                "system: Be brief. {{not a variable}}",
                "prompt: Write on {{topic}}.",
                "model: other",
                "temperature: 0.5",
                "maxTokens: 9");

        JsonNode body = Calls.json(server.request().body());
        assertThat(body.path("model").textValue()).isEqualTo("other");
        assertThat(body.path("temperature").doubleValue()).isEqualTo(0.5);
        assertThat(body.path("max_tokens").intValue()).isEqualTo(9);
        assertThat(body.path("messages"))
                .isEqualTo(Calls.json("[{'role':'system','content':'Be brief. {{not a variable}}'},"
                        + "{'role':'user','content':'Write on ants.'}]"));
    }

    @Test
    void namesTheVariableThatTheInputLacks() throws Exception {
        assertThat(call("{'topic':'ants'}", "prompt: 'On {{topic}} for {{audience}}'"))
                .isEqualTo(AgentReply.permanent(
                        "llm.bad-prompt", "the prompt cannot be filled: Value for the variable 'audience' is missing"));
    }

    @Test
    void givesAnObjectWhereJsonWasAskedFor() throws Exception {
        server.answersEvents(Events.answer("{\"score\"", ": 8}"));

        assertThat(call("{}", "response: json")).isEqualTo(new Completed(Calls.json("{'score':8}"), USAGE));
        assertThat(Calls.json(server.request().body()).path("response_format"))
                .isEqualTo(Calls.json("{'type':'json_object'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sure! {}", "[1]", "", "{\"a\":"})
    void asksAgainWhereTheJsonIsNone(String content) throws Exception {
        server.answersEvents(Events.answer(content));

        assertFault(call("{}", "response: json"), "llm.bad-json", true, "asked for a JSON object");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 503})
    void letsPassingTroubleBeRetriedWhenTheServerSays(int status) throws Exception {
        server.answers(status, "{\"error\":{\"message\":\"busy\"}}", "Retry-After", "3");

        assertThat(call("{}"))
                .isEqualTo(new Faulted(
                        "llm." + status,
                        "answered " + status + ": {\"error\":{\"message\":\"busy\"}}",
                        true,
                        Duration.ofSeconds(3)));
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 404, 422})
    void givesUpWhereTheRequestIsAtFault(int status) throws Exception {
        server.answers(status, "no");

        assertFault(call("{}"), "llm." + status, false, "answered " + status);
    }

    @Test
    void doesNotJournalAKeyThatTheServerEchoes() throws Exception {
        server.answers(401, "Incorrect API key provided: " + KEY);

        assertThat(call("{}"))
                .isEqualTo(AgentReply.permanent("llm.401", "answered 401: Incorrect API key provided: ***"));
    }

    @Test
    void doesNotTakeHalfAnAnswerForAWholeOne() throws Exception {
        server.answersEvents(Events.piece("Hel"));

        assertFault(call("{}"), "llm.cut-off", true, "before it was complete");
    }

    @Test
    void noticesAnErrorInTheMiddleOfAStream() throws Exception {
        server.answersEvents(Events.piece("Hel") + "event: error\ndata: overloaded " + KEY + "\n\n" + Events.DONE);

        assertFault(call("{}"), "llm.stream", true, "overloaded ***");
    }

    @Test
    void saysWhenAServerSpeaksAnotherProtocol() throws Exception {
        server.answers(200, "<html>", "Content-Type", "text/html");
        assertFault(call("{}"), "llm.bad-answer", false, "text/html");

        server.answersEvents("data: nonsense\n\n" + Events.DONE);
        assertFault(call("{}"), "llm.bad-answer", false, "not as agreed");
    }

    @Test
    void refusesTextThatTheJournalCannotHold() throws Exception {
        server.answersEvents(Events.answer("a\\u0000b"));

        assertFault(call("{}"), "llm.bad-answer", false, "U+0000");
    }

    @Test
    void refusesAnAnswerThatIsTooLong() throws Exception {
        server.answersEvents(Events.answer("x".repeat(1_001)));
        assertFault(call("{}"), "llm.answer-too-large", false, "1000 bytes");

        server.answersEvents(Events.answer("x".repeat(100_000)));
        assertFault(call("{}"), "llm.answer-too-large", false, "1000 bytes");
    }

    @Test
    void anAgentThatGoesElsewhereDoesNotTakeTheWorkersKeyAlong() throws Exception {
        call("{}", "baseUrl: " + server.url() + "/other-path");
        assertThat(server.request().header("Authorization")).isEqualTo("Bearer " + KEY);

        call("{}", "baseUrl: " + server.url().replace("127.0.0.1", "localhost"));
        assertThat(server.request().header("Authorization")).isEmpty();
    }

    @Test
    void asksForWhatFitsTheSchemaAndGivesItBack() throws Exception {
        server.answersEvents(Events.answer("```json\n{\"score\": 8}\n```"));

        assertThat(call("{}", SCHEMA)).isEqualTo(new Completed(Calls.json("{'score':8}"), USAGE));
        JsonNode format = Calls.json(server.request().body()).path("response_format");
        assertThat(format.path("type").textValue()).isEqualTo("json_schema");
        assertThat(format.path("json_schema").path("schema").path("required")).isEqualTo(Calls.json("['score']"));
    }

    @Test
    void asksOnceMoreWhereAnAnswerDoesNotFitTheSchema() throws Exception {
        server.answersFirst(200, Events.answer("{\"score\": 80}"), "text/event-stream");
        server.answersEvents(Events.answer("{\"score\": 8}"));

        assertThat(call("{'a':1}", SCHEMA))
                .isEqualTo(new Completed(Calls.json("{'score':8}"), new Usage(22, 14, null, null, "stop")));
        server.request();
        JsonNode again = Calls.json(server.request().body()).path("messages");
        assertThat(again).hasSize(3);
        assertThat(again.path(1).path("content").textValue()).isEqualTo("{\"score\": 80}");
        assertThat(again.path(2).path("content").textValue()).contains("score", "10");
    }

    @Test
    void failsWhereTheSecondAnswerDoesNotFitEither() throws Exception {
        server.answersEvents(Events.answer("eight"));

        AgentReply reply = call("{}", SCHEMA);
        assertFault(reply, "llm.bad-json", true, "asked for JSON that fits the schema");
        assertThat(reply.usage())
                .as("of both answers")
                .isEqualTo(new Usage(2 * USAGE.inputTokens(), 2 * USAGE.outputTokens(), null, null, "stop"));
        server.request();
        server.request();
        assertThat(server.isIdle()).isTrue();
    }

    @Test
    void sendsHowTheAuthorWantsWordsChosen() throws Exception {
        call("{}", "seed: 7", "stop: [END, FIN]", "options: {top_p: 0.5, reasoning_effort: low}", "stream: false");

        JsonNode body = Calls.json(server.request().body());
        assertThat(body.path("seed").intValue()).isEqualTo(7);
        assertThat(body.path("stop")).isEqualTo(Calls.json("['END','FIN']"));
        assertThat(body.path("top_p").doubleValue()).isEqualTo(0.5);
        assertThat(body.path("reasoning_effort").textValue()).isEqualTo("low");
        assertThat(body.path("stream").booleanValue()).isFalse();
        assertThat(body.has("stream_options")).isFalse();
    }

    @Test
    void speaksAnthropicsProtocolWithAKeyOfTheAgentsOwn() throws Exception {
        server.answers(
                200,
                "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi\"}],\"stop_reason\":\"end_turn\"}",
                "Content-Type",
                "application/json");

        AgentReply reply = call(
                "{}",
                "provider: anthropic",
                "baseUrl: " + server.url().replace("127.0.0.1", "localhost"),
                "apiKey: ${env:TOKEN}",
                "model: m",
                "system: Be brief.",
                "maxTokens: 50",
                "stop: END");

        assertThat(reply).isInstanceOf(Completed.class);
        StubServer.Received request = server.request();
        assertThat(request.path()).isEqualTo("/v1/messages");
        assertThat(request.header("X-api-key")).isEqualTo("s3cret-token");
        assertThat(request.header("Authorization")).isEmpty();
        JsonNode body = Calls.json(request.body());
        assertThat(body.path("system").toString()).contains("Be brief.");
        assertThat(body.path("max_tokens").intValue()).isEqualTo(50);
        assertThat(body.path("stop_sequences")).isEqualTo(Calls.json("['END']"));
        assertThat(body.path("messages").path(0).path("role").textValue()).isEqualTo("user");
    }

    @Test
    void anotherModelAnswersWhereTheFirstCannot() throws Exception {
        server.answersFirst(503, "busy", "text/plain");

        assertThat(call("{}", "fallback: spare")).isInstanceOf(Completed.class);
        assertThat(Calls.json(server.request().body()).path("model").textValue())
                .isEqualTo("house-model");
        assertThat(Calls.json(server.request().body()).path("model").textValue())
                .isEqualTo("spare");
    }

    @Test
    void whatBothModelsUsedIsPaidForAtThePriceOfEach() throws Exception {
        for (String model : List.of("house-model", "spare")) {
            String price = model.equals("spare") ? "1" : "0.5";
            clients.prices().put((PriceDefinition)
                    Definitions.readAll("{ price: " + model + ", inputTokens: " + price + ", outputTokens: 0, per: 1 }")
                            .getFirst());
        }
        server.answersFirst(200, ofModel("house-model", "no json"), "text/event-stream");
        server.answersEvents(ofModel("spare", "{}"));

        AgentReply reply = call("{}", "response: json", "fallback: spare");

        assertThat(reply).isInstanceOf(Completed.class);
        assertThat(reply.usage().inputTokens()).isEqualTo(2 * USAGE.inputTokens());
        assertThat(reply.usage().cost()).isEqualByComparingTo("16.5");
    }

    @Test
    void saysWhatBothModelsSaidWhereNeitherCan() throws Exception {
        server.answersFirst(503, "busy", "text/plain");
        server.answers(404, "no such model");

        AgentReply reply = call("{}", "fallback: { baseUrl: '" + server.url() + "/spare', model: spare }");

        assertFault(reply, "llm.503", true, "busy; and the fallback: llm.404: answered 404: no such model");
        assertThat(server.request().path()).isEqualTo("/v1/chat/completions");
        assertThat(server.request().path()).isEqualTo("/v1/spare/chat/completions");
    }

    @Test
    void aQuestionThatIsAtFaultIsNotAskedOfAnotherModel() throws Exception {
        server.answers(400, "bad question");

        assertFault(call("{}", "fallback: spare"), "llm.400", false, "bad question");
        server.request();
        assertThat(server.isIdle()).isTrue();
    }

    private static String ofModel(String model, String text) {
        return Events.answer(text).replace("{\"choices\"", "{\"model\":\"" + model + "\",\"choices\"");
    }

    private AgentReply call(String input, String... settings) throws Exception {
        try (AgentClient client = clients.open(Calls.agent("llm", settings))) {
            return client.call(Calls.with(input));
        }
    }

    private static void assertFault(AgentReply reply, String type, boolean retryable, String message) {
        assertThat(reply).isInstanceOfSatisfying(Faulted.class, fault -> {
            assertThat(fault.type()).isEqualTo(type);
            assertThat(fault.retryable()).isEqualTo(retryable);
            assertThat(fault.message()).contains(message);
        });
    }

    @Test
    void takesCallsOfToolsThatComeInOnePieceAndGivesThoseAnIdThatHaveNone() throws Exception {
        server.answers(200, """
                {"choices": [{"index": 0, "finish_reason": "stop", "message": {"content": null, "tool_calls": [
                  {"type": "function", "function": {"name": "look", "arguments": {"at": 1}}},
                  {"id": "x", "type": "function", "function": {"name": "look", "arguments": ""}}]}}],
                 "usage": {"prompt_tokens": 5, "completion_tokens": 3}}""", "Content-Type", "application/json");

        assertThat(call("{}", "stream: false", "tools: [look]"))
                .isEqualTo(new AgentReply.CallingTools(
                        Calls.json("null"),
                        List.of(
                                new ToolCall("call_0_0", "look", new ToolCall.OfAgent("look"), Calls.json("{'at':1}")),
                                new ToolCall("x", "look", new ToolCall.OfAgent("look"), Calls.json("{}"))),
                        new Usage(5, 3, null, null, "stop")));
        assertThat(Calls.json(server.request().body()).at("/tools/0/function"))
                .isEqualTo(Calls.json("{'name':'look','parameters':"
                        + "{'type':'object','properties':{},'additionalProperties':true}}"));
    }

    @Test
    void takesCallsOfToolsFromAnthropicInOnePiece() throws Exception {
        server.answers(200, """
                {"model": "claude", "stop_reason": "tool_use", "content": [{"type": "text", "text": "So."},
                  {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}}],
                 "usage": {"input_tokens": 5, "output_tokens": 3}}""", "Content-Type", "application/json");

        assertThat(call("{}", "provider: anthropic", "baseUrl: " + server.url(), "stream: false", "tools: [look]"))
                .isEqualTo(new AgentReply.CallingTools(
                        Calls.json("'So.'"),
                        List.of(new ToolCall("t1", "look", new ToolCall.OfAgent("look"), Calls.json("{'at':1}"))),
                        new Usage(5, 3, "claude", null, "tool_use")));
    }

    @Test
    void aCallThatWasCutOffIsNone() throws Exception {
        server.answersEvents("data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"x\","
                + "\"function\":{\"name\":\"look\",\"arguments\":\"{\"}}]}}]}\n\n"
                + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\n" + Events.DONE);

        assertFault(call("{}", "tools: [look]"), "llm.length", false, "finish_reason length");
    }
}
