package dev.postroad.runtime.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.NullMarked;

/**
 * A model that says what the test says, as a server of OpenAI's and of Anthropic's protocol, and services beside it that are
 * agents of kind http. Answers many at once.
 */
@NullMarked
public final class ModelServer implements AutoCloseable {
    /** What the model says to a request: some words, and what it calls. */
    public record Turn(String text, List<Call> calls) {
        public static Turn says(String text) {
            return new Turn(text, List.of());
        }

        public static Turn calls(Call... calls) {
            return new Turn("", List.of(calls));
        }
    }

    /** A call of a tool. */
    public record Call(String id, String name, String arguments) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Function<JsonNode, Turn>> models = new ConcurrentHashMap<>();
    private final Map<String, Function<JsonNode, String>> services = new ConcurrentHashMap<>();
    private final List<JsonNode> asked = new CopyOnWriteArrayList<>();
    private final List<String> served = new CopyOnWriteArrayList<>();

    private ModelServer(HttpServer server) {
        this.server = server;
    }

    public static ModelServer start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ModelServer models = new ModelServer(server);
        server.setExecutor(models.threads);
        server.createContext("/v1/chat/completions", models::completions);
        server.createContext("/v1/messages", models::messages);
        server.createContext("/services/", models::service);
        server.start();
        return models;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What a model of a name says to each request. */
    public void model(String name, Function<JsonNode, Turn> says) {
        models.put(name, says);
    }

    /** What a service of a name answers to each call, as JSON; a number alone is a status. */
    public void service(String name, Function<JsonNode, String> answers) {
        services.put(name, answers);
    }

    /** The requests that a model of a name had, in their order. */
    public List<JsonNode> asked(String model) {
        return asked.stream()
                .filter(request -> request.path("model").asText().equals(model))
                .toList();
    }

    /** How often a service was called. */
    public long served(String service) {
        return served.stream().filter(service::equals).count();
    }

    private void completions(HttpExchange exchange) throws IOException {
        Turn turn = turn(exchange);
        StringBuilder events = new StringBuilder();
        for (String piece : pieces(turn.text())) {
            events.append(event("", delta().put("content", piece)));
        }
        for (int i = 0; i < turn.calls().size(); i++) {
            Call call = turn.calls().get(i);
            boolean begins = true;
            for (String piece : pieces(call.arguments())) {
                ObjectNode delta = delta();
                ObjectNode one = delta.putArray("tool_calls").addObject().put("index", i);
                if (begins) {
                    one.put("id", call.id()).put("type", "function");
                    one.putObject("function").put("name", call.name()).put("arguments", piece);
                } else {
                    one.putObject("function").put("arguments", piece);
                }
                begins = false;
                events.append(event("", delta));
            }
        }
        String reason = turn.calls().isEmpty() ? "stop" : "tool_calls";
        events.append("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}\n\n")
                .append(
                        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"cost\":0.5}}\n\n")
                .append("data: [DONE]\n\n");
        answer(exchange, 200, "text/event-stream", events.toString());
    }

    private static ObjectNode delta() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static String event(String name, ObjectNode delta) {
        ObjectNode chunk = delta();
        chunk.putArray("choices").addObject().put("index", 0).set("delta", delta);
        return (name.isEmpty() ? "" : "event: " + name + "\n") + "data: " + chunk + "\n\n";
    }

    private void messages(HttpExchange exchange) throws IOException {
        Turn turn = turn(exchange);
        StringBuilder events = new StringBuilder();
        append(events, """
                {"type": "message_start", "message": {"model": "claude", "content": [],
                 "usage": {"input_tokens": 10, "output_tokens": 1}}}""");
        int index = 0;
        if (!turn.text().isEmpty()) {
            append(
                    events,
                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
            for (String piece : pieces(turn.text())) {
                ObjectNode delta = delta().put("type", "content_block_delta").put("index", index);
                delta.putObject("delta").put("type", "text_delta").put("text", piece);
                append(events, delta.toString());
            }
            index++;
        }
        for (Call call : turn.calls()) {
            ObjectNode start = delta().put("type", "content_block_start").put("index", index);
            start.putObject("content_block")
                    .put("type", "tool_use")
                    .put("id", call.id())
                    .put("name", call.name())
                    .putObject("input");
            append(events, start.toString());
            for (String piece : pieces(call.arguments())) {
                ObjectNode delta = delta().put("type", "content_block_delta").put("index", index);
                delta.putObject("delta").put("type", "input_json_delta").put("partial_json", piece);
                append(events, delta.toString());
            }
            index++;
        }
        String reason = turn.calls().isEmpty() ? "end_turn" : "tool_use";
        append(
                events,
                "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" + reason
                        + "\"},\"usage\":{\"output_tokens\":2}}");
        append(events, "{\"type\":\"message_stop\"}");
        answer(exchange, 200, "text/event-stream", events.toString());
    }

    private static void append(StringBuilder events, String data) {
        JsonNode tree = json(data);
        events.append("event: " + tree.path("type").asText() + "\ndata: " + tree + "\n\n");
    }

    private static List<String> pieces(String text) {
        int half = text.length() / 2;
        return text.length() < 2 ? List.of(text) : List.of(text.substring(0, half), text.substring(half));
    }

    private Turn turn(HttpExchange exchange) throws IOException {
        JsonNode body = json(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        asked.add(body);
        return models.getOrDefault(body.path("model").asText(), any -> Turn.says("nothing"))
                .apply(body);
    }

    private void service(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().substring("/services/".length());
        JsonNode body = json(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        served.add(name);
        String answer = services.getOrDefault(name, any -> "404").apply(body);
        int status = answer.length() == 3 ? Integer.parseInt(answer) : 200;
        answer(exchange, status, "application/json", status == 200 ? answer : "{}");
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** What the tools answered last, by the name of the tool and in the order of the calls, whatever the protocol. */
    public static Map<String, String> results(JsonNode request) {
        Map<String, String> results = new java.util.LinkedHashMap<>();
        Map<String, String> names = new java.util.HashMap<>();
        for (JsonNode message : request.path("messages")) {
            message.path("tool_calls")
                    .forEach(call -> names.put(
                            call.path("id").asText(),
                            call.path("function").path("name").asText()));
            if (message.path("role").asText().equals("tool")) {
                put(results, names, message.path("tool_call_id").asText(), message.path("content"));
            }
            for (JsonNode block : message.path("content")) {
                if (block.path("type").asText().equals("tool_use")) {
                    names.put(block.path("id").asText(), block.path("name").asText());
                }
                if (block.path("type").asText().equals("tool_result")) {
                    put(results, names, block.path("tool_use_id").asText(), block.path("content"));
                }
            }
        }
        return results;
    }

    private static void put(Map<String, String> results, Map<String, String> names, String id, JsonNode content) {
        String name = names.getOrDefault(id, "?");
        StringBuilder text = new StringBuilder(content.isTextual() ? content.textValue() : "");
        if (content instanceof ArrayNode parts) {
            parts.forEach(part -> text.append(part.path("text").asText()));
        }
        results.merge(name, text.toString(), (one, other) -> one + " | " + other);
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text);
        } catch (FaultsException faults) {
            throw new IllegalArgumentException(faults);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
