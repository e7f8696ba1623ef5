package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCMessage;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCRequest;
import io.modelcontextprotocol.modern.JsonRpc.JSONRPCResponse;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema;
import io.modelcontextprotocol.modern.client.transport.HttpClientMcpTransport;
import io.modelcontextprotocol.modern.client.transport.McpClientTransport;
import io.modelcontextprotocol.modern.client.transport.McpHttpRequestCustomizer;
import io.modelcontextprotocol.modern.client.transport.McpTransportRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A way to a stateless server that knows of the protocol's extension for tasks, which the SDK does not: it says in a call that
 * may go on as a task that this is understood, has the SDK let through what is answered then, and sends the requests about
 * tasks. Thread-safe.
 */
final class McpTaskTransport implements McpClientTransport, McpPeer {
    private static final String EXTENSION = "io.modelcontextprotocol/tasks";
    private static final String CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
    private static final String META = "_meta";
    private static final String TASK = "postroad.dev/task";
    private static final String MAY_BE_TASK = "postroad.task";

    /** Whoever asks has its own deadline; this bounds what is under way. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private static final Map<String, Object> OWN_META = Map.of(
            "io.modelcontextprotocol/protocolVersion",
            McpSchema.LATEST_PROTOCOL_VERSION,
            "io.modelcontextprotocol/clientInfo",
            Map.of("name", "postroad", "version", "1"),
            CAPABILITIES,
            Map.of("elicitation", Map.of("form", Map.of()), "extensions", Map.of(EXTENSION, Map.of())));

    private final McpClientTransport transport;
    private final AtomicLong requests = new AtomicLong();

    private McpTaskTransport(McpClientTransport transport) {
        this.transport = transport;
    }

    /** Reaches out to nobody yet. */
    static McpTaskTransport open(URI url, McpSettings settings, AgentEnvironment environment) {
        return new McpTaskTransport(HttpClientMcpTransport.builder(url)
                .jsonMapper(McpJson.INSTANCE)
                .clientBuilder(HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER))
                .connectTimeout(environment.connectTimeout())
                .maxResponseSize(environment.maxAnswerBytes())
                .requestCustomizer(McpHttpRequestCustomizer.fromSync((request, headers, _) -> {
                    McpConnection.checkReach(request.uri(), environment);
                    settings.headers().forEach(headers::set);
                }))
                .build());
    }

    /** The same call, which the server may go on with as a task. */
    static <T> Mono<T> mayBeTask(Mono<T> call) {
        return call.contextWrite(known -> known.put(MAY_BE_TASK, true));
    }

    /** The task that came as the answer to a call; null where it is another answer. */
    static @Nullable McpTask task(McpSchema.CallToolResult answer) {
        Object task = answer.meta() == null ? null : answer.meta().get(TASK);
        return task == null ? null : McpTask.read(McpJson.INSTANCE.convertValue(task, JsonNode.class));
    }

    @Override
    public Flux<JSONRPCMessage> exchange(McpTransportRequest request) {
        return Flux.deferContextual(
                known -> known.hasKey(MAY_BE_TASK) && McpSchema.METHOD_TOOLS_CALL.equals(request.method())
                        ? transport.exchange(declaring(request)).map(McpTaskTransport::letThrough)
                        : transport.exchange(request));
    }

    private static McpTransportRequest declaring(McpTransportRequest request) {
        ObjectNode params = McpJson.INSTANCE.convertValue(request.message().params(), ObjectNode.class);
        params.withObjectProperty(META)
                .withObjectProperty(CAPABILITIES)
                .withObjectProperty("extensions")
                .set(EXTENSION, JsonNodeFactory.instance.objectNode());
        JSONRPCRequest message = new JSONRPCRequest(
                request.method(), request.message().id(), McpJson.INSTANCE.convertValue(params, Map.class));
        return McpTransportRequest.builder(message, request.protocolVersion())
                .name(request.name())
                .paramHeaders(request.paramHeaders())
                .roundTimeout(request.roundTimeout())
                .build();
    }

    /** The SDK takes two kinds of answers to a call, and this is neither. */
    private static JSONRPCMessage letThrough(JSONRPCMessage message) {
        return message instanceof JSONRPCResponse answer
                        && answer.result() instanceof Map<?, ?> result
                        && "task".equals(result.get("resultType"))
                ? JSONRPCResponse.result(
                        answer.id(), Map.of("resultType", "complete", "content", List.of(), META, Map.of(TASK, result)))
                : message;
    }

    @Override
    public boolean mirrorsToolParams() {
        return transport.mirrorsToolParams();
    }

    @Override
    public CompletableFuture<JsonNode> request(String method, Map<String, Object> params) {
        Map<String, Object> told = new LinkedHashMap<>(params);
        told.put(META, OWN_META);
        JSONRPCRequest message = new JSONRPCRequest(method, "postroad-" + requests.incrementAndGet(), told);
        // The name is for those on the way, who may know by it which server has the task.
        McpTransportRequest request = McpTransportRequest.builder(message, McpSchema.LATEST_PROTOCOL_VERSION)
                .name(McpTask.id(params))
                .roundTimeout(LONGEST)
                .build();
        return transport
                .exchange(request)
                .ofType(JSONRPCResponse.class)
                .next()
                .switchIfEmpty(Mono.error(() -> new IOException("the answer ended before it came")))
                .flatMap(McpTaskTransport::answer)
                .toFuture()
                .thenApply(Objects::requireNonNull);
    }

    private static Mono<JsonNode> answer(JSONRPCResponse answer) {
        return answer.error() == null
                ? Mono.just(McpJson.INSTANCE.convertValue(answer.result(), JsonNode.class))
                : Mono.error(new McpException(answer.error()));
    }
}
