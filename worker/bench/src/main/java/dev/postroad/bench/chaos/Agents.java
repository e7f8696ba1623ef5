package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;

/**
 * An agent behind HTTP whose answer follows from its input alone, and which notes every call. Workers call it, the host of
 * {@link RemoteMain} for tasks that came over Kafka, and {@link ToolMain}; beside it is a {@link Model}. Thread-safe.
 */
final class Agents implements AutoCloseable {
    /** How long a call takes. */
    static final Duration USUALLY = Duration.ofMillis(30);

    /** The header that names the host which a task came to; workers send none. */
    static final String HOST = "Chaos-Host";

    /** Where a tool asks, which cannot be told to fail for a while: what it answers is so for good. */
    static final String TOOL = "/tool";

    /** What a call of a tenant costs. */
    static final double COST = 0.25;

    private static final int BACKLOG = 1_024;

    private final HttpServer server;
    private final Collection<Call> calls = new ConcurrentLinkedQueue<>();
    private final Collection<Paid> paid = new ConcurrentLinkedQueue<>();
    private volatile boolean failing;
    private volatile Duration answersAfter = USUALLY;

    /**
     * A call that came.
     *
     * @param key its idempotency key
     * @param host which did it; empty where a worker called
     */
    record Call(String run, String task, String key, int attempt, Instant at, String host) {}

    /**
     * A call of a tenant that was answered.
     *
     * @param key its idempotency key
     */
    record Paid(String key, int attempt, String tenant, Instant from, Instant to) {}

    /** A task that a worker sent over Kafka, and when that was decided. */
    record Sent(String run, String task, int attempt, Instant at) {}

    Agents() throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.createContext("/v1/", this::say);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode body = Json.read(exchange.getRequestBody().readAllBytes());
            String host = exchange.getRequestHeaders().getFirst(HOST);
            Call call = new Call(
                    body.path("runId").asText(),
                    body.path("task").asText(),
                    exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                    body.path("attempt").asInt(),
                    Instant.now(),
                    host == null ? "" : host);
            calls.add(call);
            Thread.sleep(answersAfter);
            ObjectNode output = JsonNodeFactory.instance.objectNode();
            output.put("sum", body.path("input").path("sum").asInt() * 3 + 1)
                    .putArray("log")
                    .add(body.path("node").asText());
            ObjectNode all = JsonNodeFactory.instance.objectNode();
            all.set("output", output);
            JsonNode tenant = body.path("input").path("n");
            if (!tenant.isMissingNode()) {
                all.putObject("usage")
                        .put("inputTokens", tokens(tenant.asInt()))
                        .put("outputTokens", 0)
                        .put("cost", COST);
                paid.add(new Paid(call.key(), call.attempt(), tenant.asText(), call.at(), Instant.now()));
            }
            byte[] answer = Json.bytes(all);
            boolean fails = failing && !exchange.getRequestURI().getPath().equals(TOOL);
            exchange.sendResponseHeaders(fails ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (FaultsException unreadable) {
            exchange.sendResponseHeaders(400, -1);
        }
    }

    /** As the model that calls the others. */
    private void say(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] answer = Model.answer(Json.read(exchange.getRequestBody().readAllBytes()));
            Thread.sleep(answersAfter);
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(failing ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (FaultsException unreadable) {
            exchange.sendResponseHeaders(400, -1);
        }
    }

    /** How whoever serves an agent asks it. */
    static HttpRequest.Builder request(
            URI url, String key, String runId, String task, int attempt, String node, JsonNode input) {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("runId", runId)
                .put("task", task)
                .put("attempt", attempt)
                .put("node", node);
        body.set("input", input);
        return HttpRequest.newBuilder(url)
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
    }

    /** As above, of a call. */
    static HttpRequest.Builder request(URI url, AgentCall call) {
        return request(
                url, call.idempotencyKey(), call.runId(), call.task(), call.attempt(), call.node(), call.input());
    }

    /** What a call of a tenant uses. */
    static long tokens(int tenant) {
        return 100L + tenant;
    }

    void fail(boolean fails) {
        failing = fails;
    }

    void answerAfter(Duration time) {
        answersAfter = time;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    List<Paid> paid() {
        return new ArrayList<>(paid);
    }

    List<Call> calls() {
        return new ArrayList<>(calls);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
