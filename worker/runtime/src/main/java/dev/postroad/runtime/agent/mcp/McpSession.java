package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ClientCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** One connection to a server, which is shared by the calls of one agent on this worker. Thread-safe. */
final class McpSession implements McpPeer.InSession {
    /** Every call has its own deadline, which is kept by whoever waits. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(1);
    private static final Set<String> TASK_SUPPORT = Set.of("optional", "required");

    private final McpAsyncClient client;
    private final CancellableTransport transport;
    private final ConcurrentHashMap<String, CompletableFuture<?>> underWay = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, OutputSink> outputs = new ConcurrentHashMap<>();
    private final AtomicLong heard = new AtomicLong();
    private volatile boolean isRetired;

    private final McpConnection connection;
    private volatile @Nullable CompletableFuture<Boolean> asTask;

    private McpSession(McpConnection connection) {
        this.connection = connection;
        this.transport = new CancellableTransport(connection.transport());
        this.client = McpClient.async(this.transport)
                .requestTimeout(LONGEST)
                .initializationTimeout(LONGEST_HANDSHAKE)
                .capabilities(
                        ClientCapabilities.builder().elicitation(true, false).build())
                // What is asked is taken before it comes here.
                .elicitation(_ -> Mono.empty())
                .clientInfo(Implementation.builder("postroad", "1").build())
                .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(null))
                .progressConsumer(this::show)
                .build();
    }

    /** Reaches out to nobody yet. */
    static McpSession open(McpSettings settings, AgentEnvironment environment) {
        return new McpSession(McpConnection.open(settings, environment));
    }

    /** The id that the server gave it; null where it gave none, or none yet. */
    @Nullable
    String id() {
        return connection.sessionId();
    }

    /** Whether the server has greeted; before that no tool was called. */
    boolean hasBegun() {
        return transport.isGreeted();
    }

    /** Whether the server makes a task of a call of a tool. */
    CompletableFuture<Boolean> runsAsTask(String tool) {
        CompletableFuture<Boolean> known = asTask;
        if (known == null || known.isCompletedExceptionally()) {
            known = client.initialize()
                    .toFuture()
                    .thenCompose(_ -> transport.offersTasks()
                            ? runsAsTask(tool, Map.of())
                            : CompletableFuture.completedFuture(false));
            asTask = known;
        }
        return CompletableFuture.anyOf(known, transport.lost()).thenApply(Boolean.class::cast);
    }

    private CompletableFuture<Boolean> runsAsTask(String tool, Map<String, Object> page) {
        return request("tools/list", page).thenCompose(listed -> {
            for (JsonNode offered : listed.path("tools")) {
                if (offered.path("name").asText().equals(tool)) {
                    String support =
                            offered.path("execution").path("taskSupport").asText();
                    return CompletableFuture.completedFuture(TASK_SUPPORT.contains(support));
                }
            }
            String next = listed.path("nextCursor").asText();
            return next.isEmpty() ? CompletableFuture.completedFuture(false) : runsAsTask(tool, Map.of("cursor", next));
        });
    }

    @Override
    public CompletableFuture<JsonNode> request(String method, Map<String, Object> params) {
        return client.initialize()
                .toFuture()
                .thenCompose(_ -> transport.request(method, params, McpTransportContext.EMPTY))
                .thenApply(answer -> {
                    heard.incrementAndGet();
                    return answer;
                });
    }

    @Override
    public void answer(Object question, Map<String, Object> result) {
        transport.answer(question, result, McpTransportContext.EMPTY);
    }

    @Override
    public CompletableFuture<McpQuestion> question(String task) {
        return transport.with(McpTransportContext.EMPTY).question(task);
    }

    /** Tells the server that its question is not answered. Does not wait. */
    void refuse(Object question, String why) {
        transport.refuse(question, why);
    }

    /** The server is to know the session for as long as it has this task. */
    void keepFor(String task) {
        connection.tasks().add(task);
    }

    /** Nobody asks for a task any more. */
    void release(String task) {
        connection.tasks().remove(task);
    }

    /**
     * Calls a tool.
     *
     * @param token unlike that of any other call under way
     * @param asked takes what the server asks meanwhile
     */
    CompletableFuture<CallToolResult> call(
            CallToolRequest request, String token, OutputSink output, Consumer<McpQuestion> asked) {
        outputs.put(token, output);
        transport.questions().expect(token, asked);
        CompletableFuture<@Nullable CallToolResult> answered = client.callTool(request)
                .doOnNext(answer -> heard.incrementAndGet())
                .doFinally(ended -> {
                    outputs.remove(token);
                    transport.questions().forget(token);
                    underWay.remove(token);
                    transport.forget(token);
                    closeIfNobodyNeedsIt();
                })
                .toFuture();
        underWay.put(token, answered);
        if (answered.isDone()) {
            underWay.remove(token);
        }
        return CompletableFuture.anyOf(answered, transport.lost()).thenApply(CallToolResult.class::cast);
    }

    /** What the server lists of a tool. */
    CompletableFuture<ToolOffer> offer(String tool) {
        CompletableFuture<@Nullable ToolOffer> listed = client.listTools()
                .flatMapIterable(McpSchema.ListToolsResult::tools)
                .filter(offered -> offered.name().equals(tool))
                .map(offered -> McpOffer.of(offered.description(), offered.inputSchema()))
                .next()
                .defaultIfEmpty(ToolOffer.UNKNOWN)
                .toFuture();
        return CompletableFuture.anyOf(listed, transport.lost()).thenApply(ToolOffer.class::cast);
    }

    /** Tells the server that nobody waits for a call any more. */
    void cancel(String token) {
        transport.cancel(token).onErrorResume(gone -> Mono.empty()).subscribe();
        CompletableFuture<?> waiting = underWay.remove(token);
        if (waiting != null) {
            waiting.cancel(true);
        }
    }

    /** How many answers and signs of progress came so far. */
    long heard() {
        return heard.get();
    }

    /** Nobody calls by it from now on: it closes when the last call that is under way has ended. Does not wait. */
    void retire() {
        isRetired = true;
        closeIfNobodyNeedsIt();
    }

    private void closeIfNobodyNeedsIt() {
        if (isRetired && underWay.isEmpty()) {
            close();
        }
    }

    private Mono<Void> show(ProgressNotification progress) {
        heard.incrementAndGet();
        OutputSink output = outputs.get(String.valueOf(progress.progressToken()));
        if (output != null) {
            output.emit(McpProgress.words(progress.message(), progress.progress(), progress.total()));
        }
        return Mono.empty();
    }

    /** Ends it, and the server where that is a program; does not wait. */
    void close() {
        client.closeGracefully().onErrorResume(gone -> Mono.empty()).subscribe();
    }
}
