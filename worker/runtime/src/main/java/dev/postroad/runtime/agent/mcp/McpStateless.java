package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import io.modelcontextprotocol.modern.McpException;
import io.modelcontextprotocol.modern.McpSchema;
import io.modelcontextprotocol.modern.McpSchema.Implementation;
import io.modelcontextprotocol.modern.McpSchema.InputRequiredResult;
import io.modelcontextprotocol.modern.client.McpAsyncClient;
import io.modelcontextprotocol.modern.client.McpClient;
import io.modelcontextprotocol.modern.client.McpInvalidResultException;
import io.modelcontextprotocol.modern.client.transport.McpHttpStatusException;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
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
    private final McpTasks tasks;
    private volatile @Nullable Boolean isThere;

    private McpStateless(
            McpAsyncClient client, McpSettings settings, McpAnswer answers, RemoteFaults faults, McpTasks tasks) {
        this.client = client;
        this.settings = settings;
        this.answers = answers;
        this.faults = faults;
        this.tasks = tasks;
    }

    /** Reaches out to nobody yet. */
    static McpStateless open(
            McpTaskTransport transport, McpSettings settings, McpAnswer answers, RemoteFaults faults, McpTasks tasks) {
        McpAsyncClient client = McpClient.async(transport)
                .jsonMapper(McpJson.INSTANCE)
                .clientInfo(Implementation.builder("postroad", "1").build())
                .roundTimeout(LONGEST)
                .callTimeout(LONGEST)
                // Declares that forms are filled in; what is asked comes as an answer.
                .formElicitation(_ -> Mono.error(new IllegalStateException("the tool is called once")))
                .build();
        return new McpStateless(client, settings, answers, faults, tasks);
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

    /** Calls a tool, or has one go on that asked; the server may make a task of the call. */
    Standing begin(String tool, ObjectNode arguments, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        JsonNode answer = call.answers().isEmpty() ? null : call.answers().getLast();
        Standing goesOn = answer == null ? null : tasks.goOn(answer, call);
        if (goesOn != null) {
            return goesOn;
        }
        // What a task asked that is no more means nothing to a new call.
        JsonNode told = answer == null || McpTaskQuestions.handle(answer) != null ? null : answer;
        return standing(McpTaskTransport.mayBeTask(outcome(tool, arguments, told, call)), call);
    }

    /** Calls a tool that is to answer at once. */
    Standing call(String tool, ObjectNode arguments, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return standing(outcome(tool, arguments, null, call), call);
    }

    private Standing standing(Mono<McpSchema.CallToolOutcome> expected, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<McpSchema.@Nullable CallToolOutcome> outcome = expected.toFuture();
        try {
            McpSchema.CallToolOutcome come = Objects.requireNonNull(tasks.await(outcome, call));
            if (come instanceof InputRequiredResult asks) {
                return new Standing.Over(McpForms.of(asks).asked(settings, faults));
            }
            McpTask task = come instanceof McpSchema.CallToolResult result ? McpTaskTransport.task(result) : null;
            return task == null
                    ? new Standing.Over(answers.read(McpJson.INSTANCE.convertValue(come, CallToolResult.class)))
                    : tasks.made(task, call);
        } finally {
            // Where it has not come yet, this tells the server that nobody waits for it any more.
            outcome.cancel(true);
        }
    }

    private Mono<McpSchema.CallToolOutcome> outcome(
            String tool, ObjectNode arguments, @Nullable JsonNode answer, AgentCall call) {
        McpAsyncClient.ToolSpec spec = client.tool(tool)
                .arguments(Json.mapper().convertValue(arguments, OBJECT))
                .meta(McpAgent.meta(call))
                .progress(progress -> show(progress, call.output()));
        return outcome(spec, McpForms.kept(answer), answer);
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
