package dev.postroad.runtime.agent.mcp;

import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Knows under which id each call of a tool was sent, which the SDK keeps to itself, so that its server can be told that
 * nobody waits for it any more; and when there is no server any more. Thread-safe.
 */
final class CancellableTransport implements McpClientTransport {
    private static final String CANCELLED = "notifications/cancelled";

    private final McpClientTransport transport;
    private final ConcurrentHashMap<String, Object> idsByToken = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    CancellableTransport(McpClientTransport transport) {
        this.transport = transport;
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

    /** Forgets a call that is over. */
    void forget(String token) {
        idsByToken.remove(token);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        String token = token(message);
        if (token != null && message instanceof JSONRPCRequest request) {
            idsByToken.put(token, request.id());
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
        return transport.connect(handler).doOnError(lost::completeExceptionally).doOnSuccess(_ -> watch());
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
