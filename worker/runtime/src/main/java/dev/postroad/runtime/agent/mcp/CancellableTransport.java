package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Knows under which id each call of a tool was sent, which the SDK keeps to itself, so that its server can be told that
 * nobody waits for it any more; and when there is no server any more. Sends what the SDK has no words for, takes the answers to
 * it, and hands what the server asks to whoever made the call that it asks about. Thread-safe.
 */
final class CancellableTransport implements McpClientTransport {
    private static final String CANCELLED = "notifications/cancelled";
    private static final String OWN_IDS = "postroad-";
    private static final String CALL = "postroad.call";
    /** Nobody is there who could be asked, or the answer comes another way. */
    private static final int NOT_ANSWERED = -32_000;

    /** Whoever asks has its own deadline; this bounds what is remembered. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private final McpClientTransport transport;
    private final ConcurrentHashMap<String, Object> idsByToken = new ConcurrentHashMap<>();

    private final ConcurrentHashMap<Object, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final McpQuestions questions = new McpQuestions();
    private final AtomicLong requests = new AtomicLong();
    private final CompletableFuture<Void> lost = new CompletableFuture<>();
    private volatile JsonNode capabilities = MissingNode.getInstance();
    private volatile boolean isGreeted;

    CancellableTransport(McpClientTransport transport) {
        this.transport = transport;
        var _ = lost.whenComplete((_, why) -> asked.values().forEach(answer -> answer.completeExceptionally(why)));
    }

    /** Fails once the connection cannot be made, or the program that is the server has ended: the SDK waits on. */
    CompletableFuture<Void> lost() {
        return lost;
    }

    private void watch() {
        if (transport instanceof StdioClientTransport program) {
            Thread.ofVirtual().name("postroad-mcp-server").start(() -> {
                program.awaitForExit();
                lost.completeExceptionally(new IOException("the program that is the server has ended"));
            });
        }
    }

    /** Tells the server that a call is given up; nothing where it was not sent. */
    Mono<Void> cancel(String token) {
        Object id = idsByToken.get(token);
        return id == null
                ? Mono.empty()
                : transport.sendMessage(new JSONRPCNotification(
                        CANCELLED, Map.of("requestId", id, "reason", "the attempt was given up")));
    }

    /**
     * Sends a request of any method, and gives what is answered; fails with a {@link McpError} where it is refused.
     *
     * @param context goes with it to whoever looks at it on its way
     */
    CompletableFuture<JsonNode> request(String method, Object params, McpTransportContext context) {
        String id = OWN_IDS + requests.incrementAndGet();
        CompletableFuture<JsonNode> answer =
                new CompletableFuture<JsonNode>().orTimeout(LONGEST.toSeconds(), TimeUnit.SECONDS);
        asked.put(id, answer);
        var _ = answer.whenComplete((_, _) -> asked.remove(id));
        if (lost.isCompletedExceptionally()) {
            answer.completeExceptionally(lost.exceptionNow());
            return answer;
        }
        transport
                .sendMessage(new JSONRPCRequest(method, id, params))
                .contextWrite(known -> known.put(McpTransportContext.KEY, context))
                .subscribe(_ -> {}, answer::completeExceptionally);
        return answer;
    }

    McpQuestions questions() {
        return questions;
    }

    /** Answers a question of the server. Does not wait. */
    void answer(Object question, Map<String, Object> result, McpTransportContext context) {
        reply(new JSONRPCResponse(McpSchema.JSONRPC_VERSION, question, result, null), context);
    }

    /** Tells the server that its question is not answered. Does not wait. */
    void refuse(Object question, String why) {
        JSONRPCError error = new JSONRPCError(NOT_ANSWERED, why, null);
        reply(new JSONRPCResponse(McpSchema.JSONRPC_VERSION, question, null, error), McpTransportContext.EMPTY);
    }

    private void reply(JSONRPCResponse response, McpTransportContext context) {
        transport
                .sendMessage(response)
                .contextWrite(known -> known.put(McpTransportContext.KEY, context))
                .onErrorResume(gone -> Mono.empty())
                .subscribe();
    }

    /** The same server, where each request goes with a context to whoever looks at it on its way. */
    McpPeer.InSession with(McpTransportContext context) {
        return new McpPeer.InSession() {
            @Override
            public CompletableFuture<JsonNode> request(String method, Map<String, Object> params) {
                return CancellableTransport.this.request(method, params, context);
            }

            @Override
            public void answer(Object question, Map<String, Object> result) {
                CancellableTransport.this.answer(question, result, context);
            }

            @Override
            public CompletableFuture<McpQuestion> question(String task) {
                CompletableFuture<McpQuestion> asked = new CompletableFuture<>();
                questions.expect(task, asked::complete);
                var _ = asked.whenComplete((_, _) -> questions.forget(task));
                return asked;
            }
        };
    }

    /** Whether the server has greeted, though the session may be closed since. */
    boolean isGreeted() {
        return isGreeted;
    }

    /** Whether the server makes tasks of calls of tools; known once the session has begun. */
    boolean offersTasks() {
        return capabilities.path("tasks").path("requests").path("tools").has("call");
    }

    private boolean takes(JSONRPCMessage message, @Nullable String call) {
        McpQuestion question = McpQuestions.read(message);
        if (question == null) {
            return takes(message);
        }
        Consumer<McpQuestion> taker = questions.taker(question, call);
        if (taker == null) {
            refuse(question.id(), "nobody here can be asked this now");
        } else {
            taker.accept(question);
        }
        return true;
    }

    /** Whether it was the answer to a request of {@link #request}; looks at what else it may be. */
    private boolean takes(JSONRPCMessage message) {
        if (!(message instanceof JSONRPCResponse response)) {
            return false;
        }
        CompletableFuture<JsonNode> answer = response.id() == null ? null : asked.remove(response.id());
        if (answer == null) {
            if (response.result() instanceof Map<?, ?> result && result.containsKey("protocolVersion")) {
                isGreeted = true;
                // What the SDK makes of it knows no tasks.
                capabilities =
                        McpJson.INSTANCE.convertValue(result, JsonNode.class).path("capabilities");
            }
            return false;
        }
        if (response.error() == null) {
            answer.complete(McpJson.INSTANCE.convertValue(response.result(), JsonNode.class));
        } else {
            answer.completeExceptionally(new McpError(response.error()));
        }
        return true;
    }

    /** Forgets a call that is over. */
    void forget(String token) {
        idsByToken.remove(token);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        String token = token(message);
        if (token != null && message instanceof JSONRPCRequest request) {
            idsByToken.put(token, request.id());
            // What comes in the answer's stream comes with it.
            return transport.sendMessage(message).contextWrite(known -> known.put(CALL, token));
        }
        return transport.sendMessage(message);
    }

    private static @Nullable String token(JSONRPCMessage message) {
        return message instanceof JSONRPCRequest request
                        && McpSchema.METHOD_TOOLS_CALL.equals(request.method())
                        && request.params() instanceof CallToolRequest call
                        && call.progressToken() instanceof String token
                ? token
                : null;
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        return transport
                .connect(incoming -> Mono.deferContextual(known -> handler.apply(incoming.filter(
                        message -> !takes(message, known.hasKey(CALL) ? known.<String>get(CALL) : null)))))
                .doOnError(lost::completeExceptionally)
                .doOnSuccess(_ -> watch());
    }

    @Override
    public void setExceptionHandler(Consumer<Throwable> handler) {
        transport.setExceptionHandler(handler);
    }

    @Override
    public Mono<Void> closeGracefully() {
        return transport.closeGracefully();
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return transport.unmarshalFrom(data, type);
    }

    @Override
    public List<String> protocolVersions() {
        return transport.protocolVersions();
    }
}
