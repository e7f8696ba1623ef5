package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema;
import io.modelcontextprotocol.modern.McpSchema.Implementation;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.client.McpAsyncClient;
import io.modelcontextprotocol.modern.client.McpClient;
import io.modelcontextprotocol.modern.client.McpInvalidResultException;
import io.modelcontextprotocol.modern.client.transport.HttpClientMcpTransport;
import io.modelcontextprotocol.modern.client.transport.McpHttpRequestCustomizer;
import io.modelcontextprotocol.modern.client.transport.McpHttpStatusException;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * A server over HTTP that keeps nothing between requests, by the protocol of 2026-07-28. Whether a server is one is found out by
 * asking it, and remembered. What it asks a person comes as an answer, and the tool is called again with what they said and
 * with the state that the server gave along, by whichever worker has the run then. Thread-safe.
 */
final class McpStateless {
    /** Every call has its own deadline, which is kept by whoever waits. */
    private static final Duration LONGEST = Duration.ofDays(1);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);
    /** How long a server is left alone that is to be called again, and asks nothing. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    /** Of HTTP: they say something about the caller, and nothing about the protocol. */
    private static final Set<Integer> NOT_OF_THE_PROTOCOL = Set.of(401, 403, 407, 408, 429);

    private final McpAsyncClient client;
    private final McpSettings settings;
    private final McpAnswer answers;
    private final RemoteFaults faults;
    private volatile @Nullable Boolean isThere;

    private McpStateless(McpAsyncClient client, McpSettings settings, McpAnswer answers, RemoteFaults faults) {
        this.client = client;
        this.settings = settings;
        this.answers = answers;
        this.faults = faults;
    }

    /** Reaches out to nobody yet. */
    static McpStateless open(
            URI url, McpSettings settings, AgentEnvironment environment, McpAnswer answers, RemoteFaults faults) {
        HttpClientMcpTransport transport = HttpClientMcpTransport.builder(url)
                .jsonMapper(McpJson.INSTANCE)
                .clientBuilder(HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER))
                .connectTimeout(environment.connectTimeout())
                .maxResponseSize(environment.maxAnswerBytes())
                .requestCustomizer(McpHttpRequestCustomizer.fromSync((request, headers, _) -> {
                    McpConnection.checkReach(request.uri(), environment);
                    settings.headers().forEach(headers::set);
                }))
                .build();
        McpAsyncClient client = McpClient.async(transport)
                .jsonMapper(McpJson.INSTANCE)
                .clientInfo(Implementation.builder("postroad", "1").build())
                .roundTimeout(LONGEST)
                .callTimeout(LONGEST)
                // Declares that forms are filled in; what is asked comes as an answer.
                .formElicitation(_ -> Mono.error(new IllegalStateException("the tool is called once")))
                .build();
        return new McpStateless(client, settings, answers, faults);
    }

    /**
     * Whether the server is one of these; one that does not say so now is asked again the next time. One that says nothing to
     * what it does not know leaves half of the time to greet it as before.
     */
    boolean isThere(Duration left) throws InterruptedException {
        Boolean known = isThere;
        if (known != null) {
            return known;
        }
        CompletableFuture<?> discovered = client.discover().toFuture();
        try {
            Object _ = discovered.get(
                    Math.min(left.dividedBy(2).toMillis(), LONGEST_LOOK.toMillis()), TimeUnit.MILLISECONDS);
            isThere = true;
            return true;
        } catch (ExecutionException failed) {
            if (isOfAnotherProtocol(failed.getCause())) {
                isThere = false;
            }
            return false;
        } catch (TimeoutException late) {
            return false;
        } finally {
            discovered.cancel(true);
        }
    }

    /** It keeps sessions, whatever it says to the question. */
    void isNotThere() {
        isThere = false;
    }

    /** What was found out may have changed. */
    void forget() {
        isThere = null;
    }

    private static boolean isOfAnotherProtocol(@Nullable Throwable failed) {
        return switch (failed) {
            case McpException _, McpInvalidResultException _ -> true;
            case McpHttpStatusException status ->
                status.statusCode() / 100 == 4 && !NOT_OF_THE_PROTOCOL.contains(status.statusCode());
            case null, default -> false;
        };
    }

    /**
     * Calls a tool.
     *
     * @param answer what a person answered last, with what was kept beside it; null for nothing
     * @param meta goes with it
     * @param left of the time that the call has
     */
    AgentReply call(
            String tool,
            ObjectNode arguments,
            @Nullable JsonNode answer,
            Map<String, Object> meta,
            OutputSink output,
            Duration left)
            throws InterruptedException, ExecutionException, TimeoutException {
        McpForms forms = McpForms.kept(answer);
        CompletableFuture<McpSchema.@Nullable CallToolOutcome> outcome = outcome(
                        client.tool(tool)
                                .arguments(Json.mapper().convertValue(arguments, OBJECT))
                                .meta(meta)
                                .progress(progress -> show(progress, output)),
                        forms,
                        answer)
                .toFuture();
        try {
            McpSchema.CallToolOutcome come = outcome.get(left.toMillis(), TimeUnit.MILLISECONDS);
            return come instanceof InputRequiredResult asks
                    ? McpForms.of(asks).asked(settings, faults)
                    : answers.read(McpJson.INSTANCE.convertValue(Objects.requireNonNull(come), CallToolResult.class));
        } finally {
            // Where it has not come yet, this tells the server that nobody waits for it any more.
            outcome.cancel(true);
        }
    }

    /** Goes on until there is one, or something to ask. */
    private static Mono<McpSchema.CallToolOutcome> outcome(
            McpAsyncClient.ToolSpec call, McpForms forms, @Nullable JsonNode answer) {
        return forms.addTo(call, answer)
                .callOnce()
                .onErrorMap(
                        IllegalArgumentException.class,
                        unlisted -> McpException.invalidParams(String.valueOf(unlisted.getMessage())))
                .flatMap(outcome -> outcome instanceof InputRequiredResult asks
                                && McpForms.of(asks).requests().isEmpty()
                        ? outcome(call, McpForms.of(asks), null).delaySubscription(AGAIN)
                        : Mono.just(outcome));
    }

    private static Mono<Void> show(McpSchema.ProgressParams progress, OutputSink output) {
        output.emit(McpProgress.words(progress.message(), progress.progress(), progress.total()));
        return Mono.empty();
    }

    /** What the server lists of a tool. */
    CompletableFuture<ToolOffer> offer(String tool) {
        return client.listTools()
                .list()
                .flatMapIterable(McpSchema.ListToolsResult::tools)
                .filter(offered -> offered.name().equals(tool))
                .map(offered -> McpOffer.of(offered.description(), offered.inputSchema()))
                .next()
                .toFuture()
                .thenApply(found -> found == null ? ToolOffer.UNKNOWN : found);
    }
}
