package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.Standing;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the tasks that a server makes of calls, by the protocol of 2025-11-25. A server that cannot be asked now, or
 * breaks over the question, is taken to work on. Thread-safe.
 */
final class McpTasks {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(10);
    /** How long a task is wanted after its attempt is given up: a person may be asked, and whoever has the run then be late. */
    private static final Duration MORE_TIME_TO_LIVE = Duration.ofDays(1);

    /** Invalid params, method not found, and resource not found. */
    private static final Set<Integer> LOST = Set.of(-32602, -32601, -32002);

    private static final int MOST_SHOWN = 10_000;

    private static final String HANDLE = "handle";
    private static final String REQUEST = "request";

    private final McpSettings settings;
    private final McpSessions sessions;
    private final McpAnswer answers;
    private final RemoteFaults faults;
    /** What was shown last of each task. */
    private final Map<String, String> shown = new ConcurrentHashMap<>();

    McpTasks(McpSettings settings, McpSessions sessions, McpAnswer answers, RemoteFaults faults) {
        this.settings = settings;
        this.sessions = sessions;
        this.answers = answers;
        this.faults = faults;
    }

    /** What comes of it within the time of a call. */
    <T> T await(CompletableFuture<T> answer, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return answer.get(left(call).toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The time of a call that is left; not nothing, so that what has come is taken. */
    Duration left(AgentCall call) {
        Duration left = Duration.between(faults.clock().instant(), call.deadline());
        return left.compareTo(SHORTEST) < 0 ? SHORTEST : left;
    }

    /**
     * Has a tool called as a task.
     *
     * @param params of the plain call
     */
    Standing begin(McpSession session, Map<String, Object> params, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        Duration timeToLive =
                Duration.between(faults.clock().instant(), call.deadline()).plus(MORE_TIME_TO_LIVE);
        params.put("task", Map.of("ttl", timeToLive.toMillis()));
        CompletableFuture<JsonNode> answer = session.request("tools/call", params);
        try {
            JsonNode answered = await(answer, call);
            // A server may answer at once all the same.
            return answered.has("task")
                    ? made(session, McpTask.read(answered.path("task")), call)
                    : new Standing.Over(read(answered));
        } catch (InterruptedException | TimeoutException givenUp) {
            var _ = answer.thenAccept(late -> cancel(session, late));
            throw givenUp;
        }
    }

    private static void cancel(McpSession session, JsonNode late) {
        if (late.has("task")) {
            var _ = session.request(
                    "tasks/cancel",
                    McpTask.params(McpTask.read(late.path("task")).id()));
        }
    }

    private Standing made(McpSession session, McpTask task, AgentCall call)
            throws InterruptedException, ExecutionException, TimeoutException {
        McpHandle handle = new McpHandle(task.id(), session.id());
        if (task.status() == McpTask.Status.WORKING) {
            session.keepFor(task.id());
            return new Standing.Working(handle.text(), task.every());
        }
        return standing(handle, task, call, session);
    }

    private AgentReply read(JsonNode result) {
        try {
            return answers.read(McpJson.INSTANCE.convertValue(result, CallToolResult.class));
        } catch (IllegalArgumentException foreign) {
            return faults.badAnswer("the answer is no result of a tool: " + foreign.getMessage());
        }
    }

    /** How it stands with a task, wherever its session began. */
    Standing poll(McpHandle handle, AgentCall call) throws InterruptedException {
        Standing standing = isOfNow(handle) ? null : standing(handle, call, peer(handle));
        if (standing == null || isLost(standing)) {
            // Most servers find a task in its own session alone, and some in any.
            standing = standingNow(handle, call);
        }
        if (standing instanceof Standing.Over(AgentReply reply) && !(reply instanceof AgentReply.Interrupted)) {
            forget(handle);
        }
        return standing;
    }

    /** Has a task go on that asked; null where it cannot, or the answer is about none. */
    @Nullable
    Standing goOn(JsonNode answer, AgentCall call) throws InterruptedException, ExecutionException, TimeoutException {
        JsonNode kept = McpQuestion.kept(answer);
        if (!kept.has(HANDLE)) {
            return null;
        }
        McpHandle handle = McpHandle.read(kept.path(HANDLE).asText());
        McpPeer peer = peer(handle);
        McpTask task = task(handle, call, peer);
        return switch (task.status()) {
            case INPUT_REQUIRED -> {
                peer.answer(McpJson.INSTANCE.convertValue(kept.path(REQUEST), Object.class), McpQuestion.told(answer));
                yield new Standing.Working(handle.text(), task.every());
            }
            // It did not wait for the answer.
            case WORKING, COMPLETED -> new Standing.Working(handle.text(), task.every());
            case FAILED, CANCELLED, LOST -> null;
        };
    }

    private Standing standingNow(McpHandle handle, AgentCall call) throws InterruptedException {
        McpSession session = sessions.session();
        Standing standing = standing(handle, call, session);
        if (standing == null) {
            sessions.leave(session);
            return new Standing.Working(handle.text(), McpTask.LATER);
        }
        return standing;
    }

    private static boolean isLost(Standing standing) {
        return standing instanceof Standing.Over(AgentReply.Faulted fault)
                && fault.type().equals(ErrorTypes.TASK_LOST);
    }

    private boolean isOfNow(McpHandle handle) {
        return handle.session() == null
                || handle.session().equals(sessions.session().id());
    }

    private McpPeer peer(McpHandle handle) {
        String session = handle.session();
        return session == null || isOfNow(handle) ? sessions.session() : sessions.in(session);
    }

    /** Null where the server does not take the question. */
    private @Nullable Standing standing(McpHandle handle, AgentCall call, McpPeer peer) throws InterruptedException {
        try {
            return standing(handle, task(handle, call, peer), call, peer);
        } catch (TimeoutException late) {
            return new Standing.Working(handle.text(), McpTask.LATER);
        } catch (ExecutionException failed) {
            return null;
        }
    }

    private McpTask task(McpHandle handle, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return McpTask.read(await(peer.request("tasks/get", McpTask.params(handle.task())), call));
        } catch (ExecutionException failed) {
            JSONRPCError refusal = McpFaults.refusal(failed);
            if (refusal != null && LOST.contains(refusal.code())) {
                return McpTask.lost(handle.task(), refusal.message());
            }
            throw failed;
        }
    }

    private Standing standing(McpHandle handle, McpTask task, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return switch (task.status()) {
            case WORKING -> {
                show(task, call);
                yield new Standing.Working(handle.text(), task.every());
            }
            case COMPLETED, FAILED -> new Standing.Over(result(handle, task, call, peer));
            case INPUT_REQUIRED -> asking(handle, task, call, peer);
            case CANCELLED -> permanent("mcp.task-cancelled", task.told("somebody at the server stopped the task"));
            case LOST ->
                new Standing.Over(AgentReply.retryable(
                        ErrorTypes.TASK_LOST,
                        faults.excerpt().of(task.told("the server knows no task " + handle.task() + " any more"))));
        };
    }

    private Standing permanent(String type, String message) {
        return new Standing.Over(faults.permanent(type, message));
    }

    /** What is asked comes in the answer to the request for the result, which may come itself meanwhile. */
    private Standing asking(McpHandle handle, McpTask task, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        show(task, call);
        CompletableFuture<McpQuestion> asked = peer.question(handle.task());
        try {
            Object first = await(
                    CompletableFuture.anyOf(asked, peer.request("tasks/result", McpTask.params(handle.task()))), call);
            return new Standing.Over(
                    first instanceof McpQuestion question
                            ? question.asked(settings, kept(handle, question))
                            : read((JsonNode) first));
        } finally {
            asked.cancel(false);
        }
    }

    private static ObjectNode kept(McpHandle handle, McpQuestion question) {
        ObjectNode kept = JsonNodeFactory.instance.objectNode().put(HANDLE, handle.text());
        return kept.set(REQUEST, McpJson.INSTANCE.convertValue(question.id(), JsonNode.class));
    }

    private AgentReply result(McpHandle handle, McpTask task, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return read(await(peer.request("tasks/result", McpTask.params(handle.task())), call));
        } catch (ExecutionException failed) {
            JSONRPCError refusal = McpFaults.refusal(failed);
            if (refusal == null) {
                throw failed;
            }
            return faults.permanent("mcp.tool-error", task.told("the tool failed") + ": " + refusal.message());
        }
    }

    private void show(McpTask task, AgentCall call) {
        if (shown.size() > MOST_SHOWN) {
            shown.clear();
        }
        if (!task.words().isBlank() && !task.words().equals(shown.put(task.id(), task.words()))) {
            call.output().emit(task.words());
        }
    }

    /** Tells the server that nobody waits for a task; one that cannot be told ends it by its time to live. */
    void giveUp(McpHandle handle) throws InterruptedException {
        try {
            JsonNode _ = peer(handle)
                    .request("tasks/cancel", McpTask.params(handle.task()))
                    .get(LONGEST_CANCEL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException untold) {
            // It may be over by now, or its server away.
        } finally {
            forget(handle);
        }
    }

    private void forget(McpHandle handle) {
        shown.remove(handle.task());
        sessions.session().release(handle.task());
    }
}
