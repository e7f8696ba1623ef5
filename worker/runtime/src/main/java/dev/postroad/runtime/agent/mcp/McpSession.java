package dev.postroad.runtime.agent.mcp;

import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator.ValidationResponse;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Implementation;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** One connection to a server, which is shared by the calls of one agent on this worker. Thread-safe. */
final class McpSession {
    private static final Logger LOG = LoggerFactory.getLogger(McpSession.class);

    /** Every call has its own deadline, which is kept by whoever waits. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration LONGEST_HANDSHAKE = Duration.ofMinutes(1);

    private final McpAsyncClient client;
    private final CancellableTransport transport;
    private final ConcurrentHashMap<String, CompletableFuture<CallToolResult>> underWay = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, OutputSink> outputs = new ConcurrentHashMap<>();
    private final AtomicLong heard = new AtomicLong();
    private volatile boolean isRetired;

    private McpSession(McpClientTransport transport) {
        this.transport = new CancellableTransport(transport);
        this.client = McpClient.async(this.transport)
                .requestTimeout(LONGEST)
                .initializationTimeout(LONGEST_HANDSHAKE)
                .clientInfo(Implementation.builder("postroad", "1").build())
                .jsonSchemaValidator((schema, content) -> ValidationResponse.asValid(null))
                .progressConsumer(this::show)
                .build();
    }

    /** Reaches out to nobody yet. */
    static McpSession open(McpSettings settings, AgentEnvironment environment) {
        URI url = settings.url();
        return new McpSession(url == null ? command(settings) : http(url, settings, environment));
    }

    private static McpClientTransport command(McpSettings settings) {
        ServerParameters parameters = ServerParameters.builder(
                        settings.command().getFirst())
                .args(settings.command().subList(1, settings.command().size()))
                .env(settings.env())
                .build();
        ProgramTransport transport = new ProgramTransport(parameters);
        // It may hold anything, secrets too.
        transport.setStdErrorHandler(line -> LOG.trace("an MCP server wrote a line of {} characters", line.length()));
        return transport;
    }

    private static McpClientTransport http(URI url, McpSettings settings, AgentEnvironment environment) {
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return HttpClientStreamableHttpTransport.builder(url.getScheme() + "://" + url.getRawAuthority())
                .endpoint(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .jsonMapper(McpJson.INSTANCE)
                .clientBuilder(HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER))
                .connectTimeout(environment.connectTimeout())
                .maxResponseSize(environment.maxAnswerBytes())
                .addHttpRequestCustomizer((request, method, uri, body, context) -> {
                    checkReach(uri, environment);
                    settings.headers().forEach(request::setHeader);
                })
                .build();
    }

    /** Whatever request it is, and however often the session is begun anew. */
    private static void checkReach(URI address, AgentEnvironment environment) {
        try {
            environment.reach().check(address);
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /**
     * Calls a tool.
     *
     * @param token unlike that of any other call under way
     */
    CompletableFuture<CallToolResult> call(CallToolRequest request, String token, OutputSink output) {
        outputs.put(token, output);
        CompletableFuture<CallToolResult> answered = client.callTool(request)
                .doOnNext(answer -> heard.incrementAndGet())
                .doFinally(ended -> {
                    outputs.remove(token);
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

    /** All tools that the server lists, page by page. */
    CompletableFuture<McpSchema.ListToolsResult> tools() {
        CompletableFuture<McpSchema.ListToolsResult> listed = client.listTools().toFuture();
        return CompletableFuture.anyOf(listed, transport.lost()).thenApply(McpSchema.ListToolsResult.class::cast);
    }

    /** Tells the server that nobody waits for a call any more. */
    void cancel(String token) {
        transport.cancel(token).onErrorResume(gone -> Mono.empty()).subscribe();
        CompletableFuture<CallToolResult> waiting = underWay.remove(token);
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
            output.emit(words(progress));
        }
        return Mono.empty();
    }

    private static String words(ProgressNotification progress) {
        if (progress.message() != null && !progress.message().isBlank()) {
            return progress.message();
        }
        return number(progress.progress()) + (progress.total() == null ? "" : "/" + number(progress.total()));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    /** Ends it, and the server where that is a program; does not wait. */
    void close() {
        client.closeGracefully().onErrorResume(gone -> Mono.empty()).subscribe();
    }
}
