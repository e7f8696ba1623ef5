package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import dev.postroad.runtime.agent.http.HttpAnswer;
import dev.postroad.runtime.agent.http.HttpVerdict;
import dev.postroad.runtime.agent.http.Question;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a tool of an MCP server. The session is begun with the first call and shared by all; one that breaks, or
 * was silent for all the time that a call had, is left, and the next call begins another. Thread-safe.
 */
public final class McpAgent implements AgentClient {
    private static final Logger LOG = LoggerFactory.getLogger(McpAgent.class);

    /** A server that is a program may have to be fetched before it starts. */
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

    private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {};

    private final McpSettings settings;
    private final AgentEnvironment environment;
    private final RemoteFaults faults;
    private final McpAnswer answers;
    private final AtomicLong calls = new AtomicLong();
    private volatile @Nullable ToolOffer offer;
    private final McpSessions sessions;
    private final McpTasks tasks;
    private final McpFaults failures;
    private final @Nullable McpStateless stateless;
    private final @Nullable Question question;

    private McpAgent(McpSettings settings, AgentEnvironment environment, RetryPolicy policy) {
        this.settings = settings;
        this.environment = environment;
        this.faults = new RemoteFaults("mcp", new Excerpt(settings.secrets()), environment.clock());
        this.answers = new McpAnswer(environment.maxAnswerBytes(), faults);
        this.sessions = new McpSessions(settings, environment);
        this.failures = new McpFaults(faults);
        URI url = settings.url();
        McpTaskTransport transport = url == null ? null : McpTaskTransport.open(url, settings, environment);
        this.tasks = new McpTasks(settings, sessions, transport, answers, faults);
        this.stateless = transport == null ? null : McpStateless.open(transport, settings, answers, faults, tasks);
        String asked = settings.reconcile();
        this.question =
                asked == null ? null : new Question((call, doubtful) -> verdict(asked, call, doubtful), faults, policy);
    }

    /**
     * A client, which reaches out to nobody yet.
     *
     * @param policy says how long to wait until a tool is asked once more what came of a call
     */
    public static McpAgent open(McpSettings settings, AgentEnvironment environment, RetryPolicy policy) {
        return new McpAgent(settings, environment, policy);
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        return settled(begin(call, 0));
    }

    @Override
    public AgentReply callInDoubt(AgentCall call, int doubtful) throws InterruptedException {
        return settled(begin(call, doubtful));
    }

    private AgentReply settled(Standing standing) throws InterruptedException {
        return switch (standing) {
            case Standing.Over(AgentReply reply) -> reply;
            case Standing.Working(String handle, Duration _) -> {
                giveUp(handle);
                yield faults.permanent("mcp.refused", "the tool works on as a task, for which nobody can wait here");
            }
        };
    }

    @Override
    public Standing begin(AgentCall call, int doubtful) throws InterruptedException {
        AgentReply known = doubtful > 0 && question != null ? question.ask(call, doubtful) : null;
        if (known != null) {
            return new Standing.Over(known);
        }
        ToolSpan span = ToolSpan.begin(settings, faults.excerpt());
        if (span == null) {
            return untraced(call);
        }
        Standing standing = null;
        try {
            standing = untraced(call);
            return standing;
        } finally {
            span.end(call, standing);
        }
    }

    @Override
    public Standing poll(AgentCall call, String handle) throws InterruptedException {
        return tasks.poll(McpHandle.read(handle), call);
    }

    @Override
    public void giveUp(String handle) throws InterruptedException {
        tasks.giveUp(McpHandle.read(handle));
    }

    /** What a tool says came of a call of another one: as its structured content, or as JSON in its words. */
    private HttpVerdict verdict(String asked, AgentCall call, int doubtful) throws InterruptedException {
        ObjectNode about = JsonNodeFactory.instance
                .objectNode()
                .put("idempotencyKey", call.idempotencyKey())
                .put("doubtful", doubtful);
        about.set("arguments", call.input());
        Exchange<McpStateless> stateless = server -> server.call(asked, about, call);
        return switch (settled(exchanged(asked, call, stateless, session -> answered(session, asked, about, call)))) {
            case AgentReply.Completed said ->
                HttpVerdict.read(inWords(said.output()), call, new HttpAnswer(faults), null);
            case AgentReply.Faulted why -> new HttpVerdict.Unknown(why);
            case AgentReply _ ->
                new HttpVerdict.Unknown(faults.permanent(
                        "mcp.input-required", "tool " + asked + " asks a person, where it is asked itself"));
        };
    }

    private static JsonNode inWords(JsonNode said) {
        if (said.size() == 1 && said.path("text").isTextual()) {
            try {
                return Json.read(said.path("text").textValue());
            } catch (FaultsException justWords) {
                return said;
            }
        }
        return said;
    }

    private Standing untraced(AgentCall call) throws InterruptedException {
        if (!(call.input() instanceof ObjectNode arguments)) {
            return new Standing.Over(faults.permanent(
                    "mcp.bad-input", "a tool takes an object, and the input is none; map it by the node's input"));
        }
        String tool = settings.tool();
        JsonNode answer = call.answers().isEmpty() ? null : call.answers().getLast();
        return exchanged(tool, call, server -> server.begin(tool, arguments, call), session -> {
            boolean isTask = tasks.await(session.runsAsTask(tool), call);
            Standing goesOn = answer == null ? null : tasks.goOn(answer, call);
            if (goesOn != null) {
                return goesOn;
            }
            return isTask
                    ? tasks.begin(session, params(tool, arguments, call), call)
                    : answered(session, tool, arguments, call);
        });
    }

    /** What is said to a server. */
    private interface Exchange<S> {
        Standing with(S server) throws InterruptedException, ExecutionException, TimeoutException;
    }

    /** @param exchange where the server keeps sessions */
    private Standing exchanged(
            String tool, AgentCall call, Exchange<McpStateless> without, Exchange<McpSession> exchange)
            throws InterruptedException {
        URI url = settings.url();
        if (url != null) {
            try {
                environment.reach().check(url);
            } catch (IOException refused) {
                return new Standing.Over(faults.connection(url, refused));
            }
        }
        if (stateless != null && stateless.isThere(tasks.left(call))) {
            return exchanged(tool, stateless, without);
        }
        McpSession used = sessions.session();
        long heardBefore = used.heard();
        try {
            Standing standing = exchange.with(used);
            if (stateless != null) {
                stateless.isNotThere();
            }
            return standing;
        } catch (TimeoutException late) {
            if (used.heard() == heardBefore) {
                // A server that was ended and begun again may never answer a session of its former life.
                sessions.retire(used);
            }
            return new Standing.Over(failures.late());
        } catch (ExecutionException failed) {
            JSONRPCError refusal = McpFaults.refusal(failed);
            if (refusal == null) {
                sessions.leave(used);
            }
            if (stateless != null && !used.hasBegun() && stateless.isThere(tasks.left(call))) {
                // It could not say so when it was asked first.
                return exchanged(tool, stateless, without);
            }
            return new Standing.Over(failure(tool, refusal, failed));
        }
    }

    private Standing exchanged(String tool, McpStateless server, Exchange<McpStateless> exchange)
            throws InterruptedException {
        try {
            return exchange.with(server);
        } catch (TimeoutException late) {
            return new Standing.Over(failures.late());
        } catch (ExecutionException failed) {
            return new Standing.Over(failure(tool, McpFaults.refusal(failed), failed));
        }
    }

    private AgentReply failure(String tool, @Nullable JSONRPCError refusal, ExecutionException failed) {
        if (refusal != null) {
            return failures.refused(tool, refusal);
        }
        if (stateless != null) {
            stateless.forget();
        }
        return failures.broken(failed.getCause() == null ? failed : failed.getCause());
    }

    private Standing answered(McpSession session, String tool, ObjectNode arguments, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        String token = call.idempotencyKey() + "/" + call.attempt() + "/" + calls.incrementAndGet();
        CompletableFuture<McpQuestion> asked = new CompletableFuture<>();
        Queue<JsonNode> known = new ConcurrentLinkedQueue<>(call.answers());
        CompletableFuture<CallToolResult> answer =
                session.call(request(tool, arguments, call, token), token, call.output(), question -> {
                    Optional<JsonNode> given =
                            known.stream().filter(question::isAnsweredBy).findFirst();
                    if (given.isPresent() && known.remove(given.get())) {
                        session.answer(question.id(), McpQuestion.told(given.get()));
                    } else {
                        asked.complete(question);
                    }
                });
        try {
            Object first = tasks.await(CompletableFuture.anyOf(answer, asked), call);
            if (first instanceof McpQuestion question) {
                // No call can wait for a person, who may take days: it is made again once they have answered.
                session.cancel(token);
                session.refuse(question.id(), "a person is asked; the tool is called again with the answer");
                return new Standing.Over(question.asked(settings, question.remembered()));
            }
            return new Standing.Over(answers.read((CallToolResult) first));
        } catch (InterruptedException | TimeoutException givenUp) {
            session.cancel(token);
            throw givenUp;
        }
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        ToolOffer known = offer;
        if (known != null) {
            return known;
        }
        CompletableFuture<ToolOffer> asked;
        McpSession used = null;
        if (stateless != null && stateless.isThere(LONGEST_LOOK)) {
            asked = stateless.offer(settings.tool());
        } else {
            used = sessions.session();
            asked = used.offer(settings.tool());
        }
        try {
            ToolOffer found = asked.get(LONGEST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
            offer = found;
            return found;
        } catch (TimeoutException | ExecutionException unknown) {
            // The model is told less; whether the server can be called shows when it is.
            if (used != null) {
                sessions.leave(used);
            }
            LOG.warn(
                    "what tool {} takes is not known: {}",
                    settings.tool(),
                    faults.excerpt().of(unknown.toString()));
            return ToolOffer.UNKNOWN;
        }
    }

    private static CallToolRequest request(String tool, ObjectNode arguments, AgentCall call, String token) {
        Map<String, Object> meta = meta(call);
        meta.put("progressToken", token);
        return CallToolRequest.builder(tool)
                .arguments(Json.mapper().convertValue(arguments, ARGUMENTS))
                .meta(meta)
                .build();
    }

    private static Map<String, Object> params(String tool, ObjectNode arguments, AgentCall call) {
        Map<String, Object> params = new LinkedHashMap<>();
        params.put("name", tool);
        params.put("arguments", arguments);
        params.put("_meta", meta(call));
        return params;
    }

    /** The key is told so that a server that knows it can make its effects happen once. */
    static Map<String, Object> meta(AgentCall call) {
        Map<String, Object> meta = new LinkedHashMap<>();
        meta.put("postroad.dev/idempotencyKey", call.idempotencyKey());
        meta.put("traceparent", call.traceParent());
        return meta;
    }

    @Override
    public void close() {
        sessions.close();
    }
}
