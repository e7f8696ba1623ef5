package dev.postroad.runtime.run.calls;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.trace.Attempt;
import dev.postroad.runtime.trace.CallTrace;
import dev.postroad.runtime.trace.CurrentSpan;
import dev.postroad.runtime.trace.TracedRun;
import dev.postroad.runtime.trace.Traces;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells traces of one attempt of a run that is traced. Thread-safe. */
final class AttemptTrace {
    private final Traces traces;
    private final TracedRun run;
    private final String graph;
    private final String node;
    private final String task;
    private final int number;
    private final @Nullable JsonNode input;

    private AttemptTrace(
            Traces traces,
            TracedRun run,
            String graph,
            String node,
            String task,
            int number,
            @Nullable JsonNode input) {
        this.traces = traces;
        this.run = run;
        this.graph = graph;
        this.node = node;
        this.task = task;
        this.number = number;
        this.input = input;
    }

    /** Null where the run is not traced. */
    static @Nullable AttemptTrace of(Traces traces, RunKey run, String graph, Effect.CallAgent call) {
        TracedRun traced = traces.traced(run.number(), run.id(), run.traceParent());
        return traced == null
                ? null
                : new AttemptTrace(traces, traced, graph, call.node(), call.task(), call.attempt(), call.input());
    }

    /** Tells how an attempt of a remote agent went, which has its answer now; null where the run is not traced. */
    static @Nullable AttemptTrace noted(
            Traces traces, RunKey run, Effect.Note note, AgentDefinition.Kind kind, Instant at) {
        TracedRun traced = traces.traced(run.number(), run.id(), run.traceParent());
        if (traced == null) {
            return null;
        }
        AttemptTrace trace =
                new AttemptTrace(traces, traced, note.graph(), note.node(), note.task(), note.attempt(), null);
        Instant begunAt = at.minusMillis(Math.max(0, note.durationMillis()));
        trace.ended(note.agent(), kind, begunAt, List.of(), note.reply(), at);
        return trace;
    }

    /** Measures something of an attempt, which is named as an example where it is traced. */
    static void measure(@Nullable AttemptTrace trace, Runnable measuring) {
        if (trace == null) {
            measuring.run();
        } else {
            CurrentSpan.during(trace.run, trace.task, trace.number, measuring);
        }
    }

    /** Takes what the agent calls in its turn. */
    CallTrace begin(InstantSource clock) {
        return new CallTrace(traces.keepsContent(), clock);
    }

    /** Tells how a call went, before it is answered. */
    void ended(CallUnderway call, AgentDefinition.Kind kind, CallTrace calls, AgentReply reply, Instant at) {
        ended(call.agent(), kind, call.begunAt(), calls.calls(), reply, at);
    }

    private void ended(
            String agent,
            AgentDefinition.Kind kind,
            Instant begunAt,
            List<CallTrace.Call> calls,
            AgentReply reply,
            Instant at) {
        tell(
                agent,
                kind,
                begunAt,
                at,
                Attempt.End.ANSWERED,
                reply instanceof AgentReply.Faulted fault ? fault.type() : null,
                reply.usage(),
                calls,
                traces.keepsContent() ? output(reply) : null);
    }

    /** Tells of a call that was stopped, now that it has left. */
    void stopped(CallUnderway call, AgentDefinition.Kind kind, CallTrace calls, AgentCaller.Stop why, Instant at) {
        Attempt.End end = switch (why) {
            case CANCELLED -> Attempt.End.CANCELLED;
            case LEFT_BEHIND -> Attempt.End.LEFT_BEHIND;
        };
        tell(call.agent(), kind, call.begunAt(), at, end, null, Usage.NONE, calls.calls(), null);
    }

    private void tell(
            String agent,
            AgentDefinition.Kind kind,
            Instant begunAt,
            Instant endedAt,
            Attempt.End end,
            @Nullable String errorType,
            Usage usage,
            List<CallTrace.Call> calls,
            @Nullable String output) {
        traces.attempted(
                run,
                new Attempt(
                        graph,
                        node,
                        task,
                        number,
                        agent,
                        kind.publicName(),
                        kind == AgentDefinition.Kind.HTTP || kind == AgentDefinition.Kind.KAFKA,
                        begunAt,
                        endedAt,
                        end,
                        errorType,
                        usage,
                        calls,
                        traces.keepsContent() && input != null ? CallTrace.content(input.toString()) : null,
                        output));
    }

    private static @Nullable String output(AgentReply reply) {
        return switch (reply) {
            case AgentReply.Completed done -> CallTrace.content(done.output().toString());
            case AgentReply.Interrupted asks ->
                CallTrace.content(asks.question().toString());
            case AgentReply.CallingTools calling ->
                CallTrace.content(calling.said().toString());
            case AgentReply.Faulted fault -> CallTrace.content(fault.message());
            case AgentReply.Sleeping _ -> null;
        };
    }
}
