package dev.postroad.runtime.trace;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.message.EventType;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one run, as a fold over its journal: what is under way, and a span for whatever has ended.
 *
 * <p>A run is one trace. It is one span while it does something; where it waits, rests or has ended, that span is over,
 * and the next, when it goes on, has a link to it. So is it with a task that waits. Not thread-safe.
 */
final class RunSpans {
    private static final int MOST_CLOSED = 64;

    private final TracedRun run;
    private final Consumer<SpanDraft> ended;
    private final Map<String, Open> tasks = new LinkedHashMap<>();
    /** The spans of tasks that wait, which those that follow go on from. */
    private final Map<String, String> waiting = new HashMap<>();
    /** Tasks that remote agents have, with the event by which they had them. */
    private final Map<String, Moment> dispatched = new HashMap<>();
    /** Tasks whose agents have called tools. */
    private final Set<String> calling = new HashSet<>();
    /** The spans of tasks that ended, for attempts that are told of after. */
    private final Map<String, String> closed = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_CLOSED;
        }
    };

    private @Nullable Open stretch;
    private @Nullable String lastStretch;
    private @Nullable Instant queuedAt;
    private String graph = "";
    private int graphVersion;
    private int lastSeq;
    private boolean recalling;

    /** A span that is not over. */
    private record Open(
            String spanId,
            Instant begunAt,
            @Nullable String linkId,
            @Nullable String node,
            int superstep) {}

    /** @param ended given each span that has ended */
    RunSpans(TracedRun run, Consumer<SpanDraft> ended) {
        this.run = run;
        this.ended = ended;
    }

    /** The number of the last event that was taken; 0 before the first. */
    int lastSeq() {
        return lastSeq;
    }

    /** How many tasks it keeps something of. */
    int size() {
        return tasks.size() + waiting.size() + dispatched.size() + calling.size();
    }

    /** Takes what somebody else has made spans of. */
    void recall(List<Moment> moments) {
        recalling = true;
        moments.stream().filter(moment -> moment.seq() > lastSeq).forEach(moment -> take(moment, moment.at()));
        recalling = false;
    }

    /** Takes what was committed. */
    void take(Commit commit) {
        graph = commit.graph();
        graphVersion = commit.graphVersion();
        for (Moment moment : commit.moments()) {
            if (moment.seq() <= lastSeq) {
                continue;
            }
            if (moment.type() == EventType.RUN_QUEUED || rests(moment.type())) {
                end(commit(commit, moment));
            }
            take(moment, commit.endedAt());
        }
    }

    /** Takes an attempt, with its calls. */
    void take(Attempt attempt) {
        String spanId = spanId(attempt);
        int place = 0;
        for (CallTrace.Call call : attempt.calls()) {
            place++;
            end(new SpanDraft(
                    call.name(),
                    true,
                    run.traceId(),
                    callId(attempt, place),
                    spanId,
                    null,
                    call.begunAt(),
                    call.endedAt(),
                    DraftAttributes.ofCall(run, call),
                    call.errorType()));
        }
        Open task = tasks.get(attempt.task());
        end(new SpanDraft(
                Conventions.INVOKE_AGENT + " " + attempt.agent(),
                attempt.remote(),
                run.traceId(),
                spanId,
                task == null ? closed.getOrDefault(attempt.task(), stretchId()) : task.spanId(),
                null,
                attempt.begunAt(),
                attempt.endedAt(),
                DraftAttributes.ofAttempt(run, attempt),
                attempt.errorType()));
    }

    private String spanId(Attempt attempt) {
        return attempt.end() == Attempt.End.LEFT_BEHIND
                ? leftBehindId(attempt, 0)
                : SpanIds.attempt(run.number(), attempt.task(), attempt.attempt());
    }

    private String callId(Attempt attempt, int place) {
        return attempt.end() == Attempt.End.LEFT_BEHIND
                ? leftBehindId(attempt, place)
                : SpanIds.call(run.number(), attempt.task(), attempt.attempt(), place);
    }

    private String leftBehindId(Attempt attempt, int place) {
        return SpanIds.leftBehind(
                run.number(),
                attempt.task(),
                attempt.attempt(),
                attempt.begunAt().toEpochMilli() + place);
    }

    private void take(Moment moment, Instant committedAt) {
        lastSeq = moment.seq();
        Moment sent = moment.task() == null || keepsDispatch(moment) ? null : dispatched.remove(moment.task());
        if (sent != null && moment.type() == EventType.NODE_CANCELLED) {
            recalled(sent, moment.at());
        }
        switch (moment.type()) {
            case RUN_QUEUED -> {
                queuedAt = moment.at();
                open(moment);
            }
            case RUN_STARTED -> start(moment);
            case RUN_RESUMED, RUN_RETRIED, RUN_UNPAUSED, RUN_CONTINUED, RUN_ROLLED_BACK -> open(moment);
            case NODE_STARTED -> startTask(moment);
            case NODE_WAITING -> {
                if (moment.remoteAgent() != null) {
                    dispatched.putIfAbsent(Objects.requireNonNull(moment.task()), moment);
                } else {
                    pause(moment.task(), moment);
                }
            }
            case NODE_COMPLETED, NODE_FAILED, NODE_CANCELLED -> {
                close(moment.task(), moment);
                calling.remove(Objects.requireNonNull(moment.task()));
            }
            case RUN_WAITING, RUN_PAUSED, RUN_CANCELLED, RUN_COMPLETED, RUN_FAILED -> rest(moment, committedAt);
            case NODE_CALLING -> calling.add(Objects.requireNonNull(moment.task()));
            case NODE_RETRYING,
                    NODE_REMINDED,
                    NODE_REASSIGNED,
                    BUDGET_EXCEEDED,
                    RUN_PAUSING,
                    BREAKPOINTS_SET,
                    STATE_UPDATED,
                    RUN_FORKED,
                    RUN_MIGRATING,
                    RUN_MIGRATED,
                    COMMAND_REJECTED,
                    TRIGGER_DUPLICATE,
                    TRIGGER_REJECTED,
                    TRIGGER_SUPERSEDED,
                    UNKNOWN -> {}
        }
    }

    /** What is told of a task while its agent has it. */
    private static boolean keepsDispatch(Moment moment) {
        return moment.type() == EventType.NODE_REMINDED
                || (moment.type() == EventType.NODE_WAITING && moment.remoteAgent() != null);
    }

    /** The attempt of a remote agent that is told to stop: nobody waits for its answer. */
    private void recalled(Moment sent, Instant at) {
        take(new Attempt(
                graph,
                Objects.requireNonNullElse(sent.node(), ""),
                Objects.requireNonNull(sent.task()),
                sent.attempt(),
                Objects.requireNonNull(sent.remoteAgent()),
                AgentDefinition.Kind.KAFKA.publicName(),
                true,
                sent.at(),
                at,
                Attempt.End.CANCELLED,
                null,
                Usage.NONE,
                List.of(),
                null,
                null));
    }

    /** Whether a run does nothing after, until something comes; what a remote agent does is something. */
    private boolean rests(EventType type) {
        return (type == EventType.RUN_WAITING && dispatched.isEmpty())
                || type == EventType.RUN_PAUSED
                || type.endsRun();
    }

    private void open(Moment moment) {
        if (stretch == null) {
            stretch = new Open(
                    SpanIds.stretch(run.number(), moment.seq()), moment.at(), lastStretch, null, moment.superstep());
        }
    }

    /** How long it was queued is no work of the run's. */
    private void start(Moment moment) {
        open(moment);
        Open open = Objects.requireNonNull(stretch);
        if (tasks.isEmpty()) {
            stretch = new Open(open.spanId(), moment.at(), open.linkId(), null, moment.superstep());
        }
    }

    private void startTask(Moment moment) {
        open(moment);
        String task = Objects.requireNonNull(moment.task());
        if (!tasks.containsKey(task)) {
            String spanId = SpanIds.task(run.number(), task, moment.seq());
            tasks.put(task, new Open(spanId, moment.at(), waiting.remove(task), moment.node(), moment.superstep()));
        }
    }

    private void pause(@Nullable String task, Moment moment) {
        String spanId = close(task, moment);
        if (task != null && spanId != null) {
            waiting.put(task, spanId);
        }
    }

    private @Nullable String close(@Nullable String task, Moment moment) {
        Open open = task == null ? null : tasks.remove(task);
        if (task == null || open == null) {
            return null;
        }
        closed.put(task, open.spanId());
        String node = Objects.requireNonNullElse(open.node(), "");
        String caller = caller(task);
        Open around = caller == null ? null : tasks.get(caller);
        end(new SpanDraft(
                (caller == null ? "task " : Conventions.EXECUTE_TOOL + " ") + node,
                false,
                run.traceId(),
                open.spanId(),
                around == null ? stretchId() : around.spanId(),
                open.linkId(),
                open.begunAt(),
                moment.at(),
                caller == null
                        ? DraftAttributes.ofTask(run, graph, node, task, open.superstep(), moment.type())
                        : DraftAttributes.ofTool(run, graph, node, task, open.superstep(), moment.type()),
                moment.errorType()));
        return open.spanId();
    }

    /** The task whose agent called the tool that this one is; null where it is none. */
    private @Nullable String caller(String task) {
        int slash = task.lastIndexOf('/');
        String owner = slash < 0 ? "" : task.substring(0, slash);
        return calling.contains(owner) ? owner : null;
    }

    private void rest(Moment moment, Instant committedAt) {
        Open open = stretch;
        if (open == null || !rests(moment.type())) {
            return;
        }
        dispatched.clear();
        List.copyOf(tasks.keySet()).forEach(task -> pause(task, moment));
        if (moment.type().endsRun()) {
            waiting.clear();
            calling.clear();
        }
        Instant queued = queuedAt;
        Long queuedMillis =
                queued == null ? null : Duration.between(queued, open.begunAt()).toMillis();
        end(new SpanDraft(
                Conventions.INVOKE_WORKFLOW + " " + graph,
                false,
                run.traceId(),
                open.spanId(),
                parentOf(open),
                open.linkId(),
                open.begunAt(),
                committedAt,
                DraftAttributes.ofStretch(run, graph, graphVersion, moment.type(), queuedMillis),
                moment.errorType()));
        lastStretch = open.spanId();
        stretch = null;
        queuedAt = null;
    }

    /** A trace has one root: where nobody sent one, the run's first stretch is it. */
    private @Nullable String parentOf(Open open) {
        String first = run.firstSpan();
        return run.parentId() != null || open.spanId().equals(first) ? run.parentId() : first;
    }

    private SpanDraft commit(Commit commit, Moment moment) {
        return new SpanDraft(
                "commit " + moment.type().publicName(),
                true,
                run.traceId(),
                SpanIds.commit(run.number(), moment.seq()),
                stretchId(),
                null,
                commit.begunAt(),
                commit.endedAt(),
                DraftAttributes.ofCommit(run, commit, moment),
                null);
    }

    private String stretchId() {
        Open open = stretch;
        return open == null ? run.firstSpan() : open.spanId();
    }

    private void end(SpanDraft span) {
        if (!recalling) {
            ended.accept(span);
        }
    }
}
