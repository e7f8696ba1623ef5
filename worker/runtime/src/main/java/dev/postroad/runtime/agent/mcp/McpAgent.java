package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ToolOffer;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a tool of an MCP server. The session is begun with the first call and shared by all; one that breaks is left, and the
 * next call begins another. Thread-safe.
 */
public final class McpAgent implements AgentClient {
    private static final Logger LOG = LoggerFactory.getLogger(McpAgent.class);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);
    private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {};

    private final McpSettings settings;
    private final AgentEnvironment environment;
    private final RemoteFaults faults;
    private final McpAnswer answers;
    private final AtomicLong calls = new AtomicLong();
    private volatile @Nullable ToolOffer offer;
    private @Nullable McpSession session;

    private McpAgent(McpSettings settings, AgentEnvironment environment) {
        this.settings = settings;
        this.environment = environment;
        this.faults = new RemoteFaults("mcp", new Excerpt(settings.secrets()), environment.clock());
        this.answers = new McpAnswer(environment.maxAnswerBytes(), faults);
    }

    /** A client, which reaches out to nobody yet. */
    public static McpAgent open(McpSettings settings, AgentEnvironment environment) {
        return new McpAgent(settings, environment);
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        ToolSpan span = ToolSpan.begin(settings, faults.excerpt());
        if (span == null) {
            return untraced(call);
        }
        AgentReply reply = null;
        try {
            reply = untraced(call);
            return reply;
        } finally {
            span.end(call, reply);
        }
    }

    private AgentReply untraced(AgentCall call) throws InterruptedException {
        JsonNode input = call.input();
        if (!input.isObject()) {
            return faults.permanent(
                    "mcp.bad-input", "a tool takes an object, and the input is none; map it by the node's input");
        }
        URI url = settings.url();
        if (url != null) {
            try {
                environment.reach().check(url);
            } catch (IOException refused) {
                return faults.connection(url, refused);
            }
        }
        McpSession used = session();
        String token = call.idempotencyKey() + "/" + call.attempt() + "/" + calls.incrementAndGet();
        CompletableFuture<CallToolResult> answered = used.call(request(call, token), token, call.output());
        try {
            Duration left = Duration.between(environment.clock().instant(), call.deadline());
            return answers.read(answered.get(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS));
        } catch (TimeoutException late) {
            used.cancel(token);
            return AgentReply.retryable(ErrorTypes.TIMEOUT, "the tool did not answer in time");
        } catch (InterruptedException stopped) {
            used.cancel(token);
            throw stopped;
        } catch (ExecutionException failed) {
            return failure(used, failed.getCause() == null ? failed : failed.getCause());
        }
    }

    @Override
    public ToolOffer offer() throws InterruptedException {
        ToolOffer known = offer;
        if (known != null) {
            return known;
        }
        McpSession used = session();
        try {
            ToolOffer found = used.tools().get(LONGEST_LOOK.toMillis(), TimeUnit.MILLISECONDS).tools().stream()
                    .filter(tool -> tool.name().equals(settings.tool()))
                    .findFirst()
                    .map(McpAgent::offer)
                    .orElse(ToolOffer.UNKNOWN);
            offer = found;
            return found;
        } catch (TimeoutException | ExecutionException unknown) {
            // The model is told less; whether the server can be called shows when it is.
            leave(used);
            LOG.warn(
                    "what tool {} takes is not known: {}",
                    settings.tool(),
                    faults.excerpt().of(unknown.toString()));
            return ToolOffer.UNKNOWN;
        }
    }

    private static ToolOffer offer(McpSchema.Tool tool) {
        JsonNode schema = Json.mapper().valueToTree(tool.inputSchema());
        return new ToolOffer(
                tool.description() == null ? "" : tool.description(),
                schema instanceof ObjectNode parameters ? parameters : null,
                0);
    }

    /** The key is told so that a server that knows it can make its effects happen once. */
    private CallToolRequest request(AgentCall call, String token) {
        return CallToolRequest.builder(settings.tool())
                .arguments(Json.mapper().convertValue(call.input(), ARGUMENTS))
                .meta(Map.of(
                        "progressToken",
                        token,
                        "postroad.dev/idempotencyKey",
                        call.idempotencyKey(),
                        "traceparent",
                        call.traceParent()))
                .build();
    }

    private AgentReply failure(McpSession used, Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof McpError refused && refused.getJsonRpcError() != null) {
                return faults.permanent(
                        "mcp.refused",
                        "the server refused the call of tool " + settings.tool() + ": "
                                + refused.getJsonRpcError().message() + " ("
                                + refused.getJsonRpcError().code() + ")");
            }
        }
        leave(used);
        String words = failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
        Throwable root = McpError.findRootCause(failed);
        String detail = failed.equals(root) || root.getMessage() == null ? "" : ": " + root.getMessage();
        return AgentReply.retryable(
                "mcp.connection", faults.excerpt().of("the server cannot be reached, or broke off: " + words + detail));
    }

    private synchronized McpSession session() {
        McpSession open = session;
        if (open == null) {
            open = McpSession.open(settings, environment);
            session = open;
        }
        return open;
    }

    @SuppressWarnings("ReferenceEquality") // Another may have been begun since.
    private synchronized void leave(McpSession broken) {
        if (session == broken) {
            session = null;
        }
        broken.close();
    }

    @Override
    public synchronized void close() {
        McpSession open = session;
        if (open != null) {
            session = null;
            open.close();
        }
    }
}
