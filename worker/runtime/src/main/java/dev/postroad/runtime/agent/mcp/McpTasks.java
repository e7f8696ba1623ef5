package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.ErrorTypes;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.Standing;
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
 * What becomes of the tasks that a server makes of calls, by the protocol of 2025-11-25 or the extension of that of 2026-07-28. A
 * server that cannot be asked now, or breaks over the question, is taken to work on. Thread-safe.
 */
final class McpTasks {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(10);
    /** How long a task is wanted after its attempt is given up: a person may be asked, and whoever has the run then be late. */
    private static final Duration MORE_TIME_TO_LIVE = Duration.ofDays(1);

    /** Invalid params, method not found, and resource not found. */
    private static final Set<Integer> LOST = Set.of(-32602, -32601, -32002);

    private static final int MOST_SHOWN = 10_000;

    private final McpSessions sessions;
    private final @Nullable McpPeer stateless;
    private final McpTaskQuestions questions;
    private final McpTaskEnds ends;
    private final RemoteFaults faults;
    /** What was shown last of each task. */
    private final Map<String, String> shown = new ConcurrentHashMap<>();

    /** @param stateless the server where it keeps no sessions; null where it is a program */
    McpTasks(
            McpSettings settings,
            McpSessions sessions,
            @Nullable McpPeer stateless,
            McpAnswer answers,
            RemoteFaults faults) {
        this.sessions = sessions;
        this.stateless = stateless;
        this.questions = new McpTaskQuestions(settings, faults);
        this.ends = new McpTaskEnds(answers, faults);
        this.faults = faults;
    }

    /** What comes of it within the time of a call. */
    <T extends @Nullable Object> T await(CompletableFuture<T> answer, AgentCall call)
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
                    : new Standing.Over(ends.result(answered));
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
        McpHandle handle = new McpHandle.InSession(task.id(), session.id());
        if (task.status() == McpTask.Status.WORKING) {
            session.keepFor(task.id());
            return new Standing.Working(handle.text(), task.every());
        }
        return standing(handle, task, call, session);
    }

    /** How it stands with a task that a stateless server made of a call. */
    Standing made(McpTask task, AgentCall call) throws InterruptedException {
        McpHandle handle = new McpHandle.Stateless(task.id(), Set.of());
        return switch (task.status()) {
            case WORKING -> new Standing.Working(handle.text(), task.every());
            case NONSENSE -> new Standing.Over(ends.nonsense(task));
            // What comes of it is said to those alone who ask.
            case INPUT_REQUIRED, COMPLETED, FAILED, CANCELLED, LOST -> poll(handle, call);
        };
    }

    /** How it stands with a task, wherever its session began. */
    Standing poll(McpHandle handle, AgentCall call) throws InterruptedException {
        Standing standing = switch (handle) {
            case McpHandle.InSession made -> standingInSession(made, call);
            case McpHandle.Stateless made -> standingOrLater(made, call, peer(made));
        };
        if (standing instanceof Standing.Over(AgentReply reply) && !(reply instanceof AgentReply.Interrupted)) {
            forget(handle);
        }
        return standing;
    }

    private Standing standingInSession(McpHandle.InSession handle, AgentCall call) throws InterruptedException {
        Standing standing = isOfNow(handle) ? null : standing(handle, call, peer(handle));
        if (standing == null || isLost(standing)) {
            // Most servers find a task in its own session alone, and some in any.
            McpSession session = sessions.session();
            standing = standing(handle, call, session);
            if (standing == null) {
                sessions.leave(session);
            }
        }
        return standing == null ? later(handle) : standing;
    }

    private Standing standingOrLater(McpHandle handle, AgentCall call, @Nullable McpPeer peer)
            throws InterruptedException {
        if (peer == null) {
            return new Standing.Over(ends.lost(McpTask.lost(handle.task(), "the server is a program now")));
        }
        Standing standing = standing(handle, call, peer);
        return standing == null ? later(handle) : standing;
    }

    private static Standing later(McpHandle handle) {
        return new Standing.Working(handle.text(), McpTask.LATER);
    }

    /** Has a task go on that asked; null where it cannot, or the answer is about none. */
    @Nullable
    Standing goOn(JsonNode answer, AgentCall call) throws InterruptedException, ExecutionException, TimeoutException {
        McpHandle handle = McpTaskQuestions.handle(answer);
        McpPeer peer = handle == null ? null : peer(handle);
        if (handle == null || peer == null) {
            return null;
        }
        McpTask task = task(handle, call, peer);
        return switch (task.status()) {
            case INPUT_REQUIRED ->
                new Standing.Working(answered(handle, task, answer, call, peer).text(), task.every());
            // It did not wait for the answer.
            case WORKING, COMPLETED -> new Standing.Working(handle.text(), task.every());
            case FAILED, CANCELLED, LOST -> null;
            case NONSENSE -> new Standing.Over(ends.nonsense(task));
        };
    }

    private McpHandle answered(McpHandle handle, McpTask task, JsonNode answer, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        return switch (handle) {
            case McpHandle.InSession made -> {
                McpTaskQuestions.answer(peer(made), answer);
                yield made;
            }
            case McpHandle.Stateless made -> await(McpTaskQuestions.answer(peer, made, task, answer), call);
        };
    }

    private static boolean isLost(Standing standing) {
        return standing instanceof Standing.Over(AgentReply.Faulted fault)
                && fault.type().equals(ErrorTypes.TASK_LOST);
    }

    private boolean isOfNow(McpHandle.InSession handle) {
        return handle.session() == null
                || handle.session().equals(sessions.session().id());
    }

    private McpPeer.InSession peer(McpHandle.InSession handle) {
        String session = handle.session();
        return session == null || isOfNow(handle) ? sessions.session() : sessions.in(session);
    }

    private @Nullable McpPeer peer(McpHandle handle) {
        return switch (handle) {
            case McpHandle.InSession made -> peer(made);
            case McpHandle.Stateless _ -> stateless;
        };
    }

    /** Null where the server does not take the question. */
    private @Nullable Standing standing(McpHandle handle, AgentCall call, McpPeer peer) throws InterruptedException {
        try {
            return standing(handle, task(handle, call, peer), call, peer);
        } catch (TimeoutException late) {
            return later(handle);
        } catch (ExecutionException failed) {
            return null;
        }
    }

    private McpTask task(McpHandle handle, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        try {
            return McpTask.read(await(peer.request("tasks/get", McpTask.params(handle.task())), call))
                    .about(handle.task());
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
            case INPUT_REQUIRED -> {
                show(task, call);
                yield switch (handle) {
                    case McpHandle.InSession made -> asking(made, call, (McpPeer.InSession) peer);
                    case McpHandle.Stateless made -> asking(made, task);
                };
            }
            case CANCELLED -> new Standing.Over(ends.stopped(task));
            case LOST -> new Standing.Over(ends.lost(task));
            case NONSENSE -> {
                giveUp(handle);
                yield new Standing.Over(ends.nonsense(task));
            }
        };
    }

    /** What is asked comes in the answer to the request for the result, which may come itself meanwhile. */
    private Standing asking(McpHandle.InSession handle, AgentCall call, McpPeer.InSession peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<McpQuestion> asked = peer.question(handle.task());
        try {
            Object first = await(
                    CompletableFuture.anyOf(asked, peer.request("tasks/result", McpTask.params(handle.task()))), call);
            return new Standing.Over(
                    first instanceof McpQuestion question
                            ? questions.asked(handle, question)
                            : ends.result((JsonNode) first));
        } finally {
            asked.cancel(false);
        }
    }

    private Standing asking(McpHandle.Stateless handle, McpTask task) throws InterruptedException {
        AgentReply asked = questions.asked(handle, task);
        if (asked instanceof AgentReply.Faulted) {
            // Nobody will answer it.
            giveUp(handle);
        }
        return asked == null ? new Standing.Working(handle.text(), task.every()) : new Standing.Over(asked);
    }

    private AgentReply result(McpHandle handle, McpTask task, AgentCall call, McpPeer peer)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (handle instanceof McpHandle.Stateless) {
            return ends.said(task);
        }
        try {
            return ends.result(await(peer.request("tasks/result", McpTask.params(handle.task())), call));
        } catch (ExecutionException failed) {
            JSONRPCError refusal = McpFaults.refusal(failed);
            if (refusal == null) {
                throw failed;
            }
            return ends.failed(task, refusal.message());
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
        McpPeer peer = peer(handle);
        try {
            if (peer != null) {
                JsonNode _ = peer.request("tasks/cancel", McpTask.params(handle.task()))
                        .get(LONGEST_CANCEL.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (ExecutionException | TimeoutException untold) {
            // It may be over by now, or its server away.
        } finally {
            forget(handle);
        }
    }

    private void forget(McpHandle handle) {
        shown.remove(handle.task());
        if (handle instanceof McpHandle.InSession) {
            sessions.session().release(handle.task());
        }
    }
}
