package dev.postroad.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulatedModelServerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String COPYWRITER = """
            {"model": "any", "messages": [
              {"role": "system", "content": "You are the copywriter of a small team."},
              {"role": "user", "content": "Product: Postroad\\nAudience: platform engineers\\nDurable agents, durable runs."}]
              %s}
            """;

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static SimulatedModelServer server;

    @BeforeAll
    static void start() {
        server = SimulatedModelServer.start(0, Duration.ZERO);
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        server.close();
    }

    @Test
    void writesInTheVoiceOfTheRoleAboutTheProductOfThePrompt() throws Exception {
        JsonNode reply = complete(COPYWRITER.formatted(""));

        assertThat(reply.path("object").asText()).isEqualTo("chat.completion");
        assertThat(reply.path("model").asText()).isEqualTo("any");
        assertThat(reply.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(content(reply)).contains("Postroad", "platform engineers").startsWith("Meet Postroad");
    }

    @Test
    void answersTheSameRequestInTheSameWay() throws Exception {
        assertThat(post(COPYWRITER.formatted("")).body())
                .isEqualTo(post(COPYWRITER.formatted("")).body());
        assertThat(content(complete(COPYWRITER.formatted(""))))
                .isNotEqualTo(content(complete(COPYWRITER.formatted("").replace("engineers", "teams"))));
    }

    @Test
    void countsTokensByItsStatedRule() throws Exception {
        JsonNode reply = complete("""
                {"messages": [{"role": "user", "content": "12345"}, {"role": "user", "content": "1234"}]}
                """);

        int answerTokens = Math.ceilDiv(content(reply).length(), 4);
        assertThat(reply.at("/usage/prompt_tokens").asInt()).isEqualTo(3);
        assertThat(reply.at("/usage/completion_tokens").asInt()).isEqualTo(answerTokens);
        assertThat(reply.at("/usage/total_tokens").asInt()).isEqualTo(3 + answerTokens);
    }

    @Test
    void streamsTheSameAnswerInPiecesThatCanBeWatched() throws Exception {
        JsonNode whole = complete(COPYWRITER.formatted(""));
        List<JsonNode> chunks =
                stream(COPYWRITER.formatted(", \"stream\": true, \"stream_options\": {\"include_usage\": true}"));

        assertThat(chunks)
                .hasSizeBetween(12, 45)
                .allSatisfy(chunk -> assertThat(chunk.path("object").asText()).isEqualTo("chat.completion.chunk"));
        assertThat(chunks.getFirst().at("/choices/0/delta/role").asText()).isEqualTo("assistant");
        assertThat(chunks.stream()
                        .map(chunk -> chunk.at("/choices/0/delta/content").asText())
                        .collect(Collectors.joining()))
                .isEqualTo(content(whole));
        assertThat(chunks.get(chunks.size() - 2).at("/choices/0/finish_reason").asText())
                .isEqualTo("stop");
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().path("usage")).isEqualTo(whole.path("usage"));
    }

    @Test
    void streamsNoUsageWhereNoneIsWanted() throws Exception {
        assertThat(stream(COPYWRITER.formatted(", \"stream\": true")))
                .allSatisfy(chunk -> assertThat(chunk.has("usage")).isFalse());
    }

    @ParameterizedTest
    @CsvSource({"revision 1, 6", "revision 2, 8", "Revision: 3, 10", "revision 9, 10", "no number, 7"})
    void scoresRevisionsHigherSoThatAReviewLoopEnds(String said, int score) throws Exception {
        JsonNode answer = JSON.readTree(content(complete("""
                {"messages": [
                  {"role": "system", "content": "You are the reviewer.\\nAnswer as JSON with the keys: score (integer 0-10), feedback (string), tags (array of strings), approved (boolean), share (number 0-1), rank (integer 3-5)"},
                  {"role": "user", "content": "Product: Postroad. This is %s."}],
                 "response_format": {"type": "json_object"}}
                """.formatted(said))));

        assertThat(answer.path("score").asInt()).isEqualTo(score);
        assertThat(answer.path("feedback").asText()).isNotBlank();
        assertThat(answer.path("tags")).hasSize(3).allMatch(JsonNode::isTextual);
        assertThat(answer.path("approved").asBoolean()).isEqualTo(score >= 7);
        assertThat(answer.path("share").asDouble(-1)).isBetween(0.0, 1.0);
        assertThat(answer.path("rank").asInt()).isBetween(3, 5);
    }

    @Test
    void answersAsAJsonSchemaAsks() throws Exception {
        JsonNode answer = JSON.readTree(content(complete(COPYWRITER.formatted("""
                , "response_format": {"type": "json_schema", "json_schema": {"name": "copy", "schema": {
                    "type": "object", "properties": {
                      "headline": {"type": "string"},
                      "tone": {"enum": ["calm", "loud"]},
                      "sections": {"type": "array", "items": {"type": "object", "properties": {
                        "words": {"type": "integer", "minimum": 50, "maximum": 60}}}}}}}}
                """))));

        assertThat(answer.path("headline").asText()).isEqualTo("Postroad for platform engineers");
        assertThat(answer.path("tone").asText()).isIn("calm", "loud");
        assertThat(answer.path("sections"))
                .hasSize(3)
                .allSatisfy(section -> assertThat(section.path("words").asInt()).isBetween(50, 60));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "",
                "[]",
                "{}",
                "{\"messages\": []}",
                "{\"messages\": [\"hello\"]}",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}], \"response_format\": {\"type\": \"xml\"}}"
            })
    void explainsABadRequestInTheShapeThatClientsOfOpenAiKnow(String body) throws Exception {
        HttpResponse<String> response = post(body);

        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode error = JSON.readTree(response.body()).path("error");
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void listsItsModelAndRefusesUnknownPathsAndMethods() throws Exception {
        assertThat(JSON.readTree(get("/models").body()).at("/data/0/id").asText())
                .isEqualTo(SimulatedModelServer.MODEL);
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
        assertThat(get("/chat/completions").statusCode()).isEqualTo(405);
        assertThat(get("/chat/completions").headers().firstValue("Allow")).contains("POST");
    }

    private static JsonNode complete(String body) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static String content(JsonNode reply) {
        return reply.at("/choices/0/message/content").asText();
    }

    private static List<JsonNode> stream(String body) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
        List<String> events =
                response.body().lines().filter(line -> !line.isEmpty()).toList();
        assertThat(events).allMatch(line -> line.startsWith("data: ")).last().isEqualTo("data: [DONE]");
        return events.subList(0, events.size() - 1).stream()
                .map(SimulatedModelServerTest::json)
                .toList();
    }

    private static JsonNode json(String event) {
        try {
            return JSON.readTree(event.substring("data: ".length()));
        } catch (JsonProcessingException notJson) {
            throw new AssertionError(notJson);
        }
    }

    private static HttpResponse<String> post(String body) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.baseUrl() + "/chat/completions"))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(server.baseUrl() + path)).build(), BodyHandlers.ofString());
    }
}
