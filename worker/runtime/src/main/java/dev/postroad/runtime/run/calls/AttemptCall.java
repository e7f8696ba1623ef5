package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Polling;
import dev.postroad.engine.run.RunError;
import dev.postroad.runtime.agent.attempt.AgentAbsentException;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.RemoteClient;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.agent.attempt.Thrown;
import dev.postroad.runtime.guard.Pass;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.logs.CallLog;
import dev.postroad.runtime.trace.CallTrace;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the call of an attempt, and judges it: what the agent answered, or that its time is over, whichever is first.
 * Thread-safe; one thread makes it.
 */
final class AttemptCall {
    private static final Logger LOG = LoggerFactory.getLogger(AttemptCall.class);

    private final TaskAttempt attempt;
    private final RunKey run;
    private final String graph;
    private final Effect.CallAgent call;
    private final AttemptServices services;
    private final CallLog log;
    private final AttemptAnswer answer;
    private final @Nullable AttemptTrace trace;
    private volatile @Nullable Underway underway;
    private volatile AgentCaller.@Nullable Stop stoppedBy;

    /**
     * A call, and whose its answer is.
     *
     * @param calls null where it is not traced
     */
    record Underway(
            CallUnderway call, ReadyAgent agent, @Nullable CallTrace calls) {}

    AttemptCall(TaskAttempt attempt) {
        this.attempt = attempt;
        this.run = attempt.run();
        this.graph = attempt.graph();
        this.call = attempt.call();
        this.services = attempt.services();
        this.log = attempt.log();
        this.answer = attempt.answer();
        this.trace = attempt.trace();
    }

    boolean isUnderWay() {
        return underway != null;
    }

    /** What has taken too long; null for nothing. */
    @Nullable
    Underway late(Instant now) {
        Underway begun = underway;
        return begun != null && begun.call.isLate(now) ? begun : null;
    }

    /** Answers that no answer came in time, unless one did. */
    void giveUp(Underway late) {
        judge(late, AgentReply.retryable(RunError.TIMEOUT, "no answer within " + late.call.allowed()));
    }

    /** Nobody waits for it any more. */
    void stop(AgentCaller.Stop why) {
        stoppedBy = why;
        Underway stopped = underway;
        if (stopped != null) {
            stopped.call.stopped();
        }
    }

    /** @param replied told what the agent answered, where it did */
    void begin(String name, ReadyAgent agent, Pass pass, Consumer<AgentReply> replied) throws InterruptedException {
        if (agent.client() instanceof RemoteClient remote) {
            dispatch(name, agent, remote, pass, replied);
        } else {
            if (call(name, agent, pass, replied) instanceof Standing.Over(AgentReply reply)) {
                replied.accept(reply);
            }
        }
    }

    private Standing call(String name, ReadyAgent agent, Pass pass, Consumer<AgentReply> replied)
            throws InterruptedException {
        awaitGate(pass);
        Instant begunAt = attempt.now();
        CallUnderway begun = new CallUnderway(name, pass, begunAt, begunAt.plus(agent.timeoutOf(call)));
        try {
            Standing standing =
                    called(new Underway(begun, agent, trace == null ? null : trace.begin(services.clock())));
            if (standing instanceof Standing.Working(String handle, Duration every)) {
                Command.Dispatched sent = new Command.Dispatched(
                        call.task(), call.attempt(), name, begun.deadline(), null, new Polling(handle, every));
                if (begun.claim()) {
                    sent(sent, pass, replied);
                } else {
                    services.remote().recall(run, sent.recall());
                }
            }
            return standing;
        } finally {
            begun.left();
        }
    }

    /** Sends the attempt to an agent whose answer comes by itself; the thread is free then. */
    private void dispatch(String name, ReadyAgent agent, RemoteClient remote, Pass pass, Consumer<AgentReply> replied)
            throws InterruptedException {
        awaitGate(pass);
        Instant begunAt = attempt.now();
        CallUnderway sending = new CallUnderway(name, pass, begunAt, begunAt.plus(agent.timeoutOf(call)));
        Underway begun = new Underway(sending, agent, trace == null ? null : trace.begin(services.clock()));
        underway = begun;
        try {
            if (!answer.isOpen()) {
                throw new InterruptedException("stopped before it was sent");
            }
            services.remote().sends(run.id(), call.task(), call.attempt());
            AgentReply refused = remote.send(agentCall(sending.deadline()), call.doubtful());
            if (refused != null) {
                judge(begun, refused);
            } else if (sending.claim()) {
                Duration heartbeat = remote.heartbeat();
                sent(
                        new Command.Dispatched(call.task(), call.attempt(), name, sending.deadline(), heartbeat, null),
                        pass,
                        replied);
            }
        } catch (InterruptedException stopped) {
            remote.recall(run.id(), call.task(), call.attempt());
            throw stopped;
        } catch (RuntimeException defect) {
            judge(begun, AgentReply.permanent(TaskAttempt.DEFECT, Thrown.text(defect)));
            throw defect;
        } finally {
            underway = null;
            sending.left();
        }
    }

    private void sent(Command.Dispatched sent, Pass pass, Consumer<AgentReply> replied) {
        if (call.cache() == null && !pass.isProbe()) {
            pass.abandoned();
        } else {
            services.remote().remember(run.id(), call.task(), call.attempt(), pass, replied);
        }
        if (!answer.giveDispatched(sent)) {
            services.remote().recall(run, sent.recall());
        }
    }

    /** Of a call that is not to begin there is no answer: whoever has its shard now makes it. */
    private void awaitGate(Pass pass) throws InterruptedException {
        try {
            if (!services.gate().opensFor(run.shard(), attempt.epoch())) {
                answer.withdraw();
                LOG.debug("the call of node {} of run {} is left to whoever has its shard now", call.node(), run.id());
                throw new InterruptedException("its run is stepped elsewhere by now");
            }
        } catch (InterruptedException stopped) {
            pass.abandoned();
            pass.left();
            throw stopped;
        }
    }

    private Standing called(Underway begun) throws InterruptedException {
        underway = begun;
        try {
            if (!answer.isOpen()) {
                throw new InterruptedException("stopped before it began");
            }
            return judged(begun);
        } finally {
            underway = null;
        }
    }

    private Standing judged(Underway begun) throws InterruptedException {
        try {
            Standing standing = standing(begun);
            // An agent may leave its thread interrupted, which would stop what the worker does next on it.
            boolean _ = Thread.interrupted();
            if (standing instanceof Standing.Over(AgentReply reply)) {
                judge(begun, reply);
            }
            return standing;
        } catch (AgentAbsentException absent) {
            throw absent;
        } catch (InterruptedException stopped) {
            if (answer.isOpen()) {
                judge(begun, TaskAttempt.interrupted());
            }
            throw stopped;
        } catch (Throwable defect) {
            judge(begun, AgentReply.permanent(TaskAttempt.DEFECT, Thrown.text(defect)));
            throw defect;
        } finally {
            traceIfStopped(begun);
        }
    }

    /** Once it has left, so that what it called in its turn is known. */
    private void traceIfStopped(Underway begun) {
        AgentCaller.Stop why = stoppedBy;
        if (trace != null && begun.calls != null && why != null && begun.call.isStopped()) {
            trace.stopped(begun.call, begun.agent.kind(), begun.calls, why, attempt.now());
        }
    }

    private Standing standing(Underway begun) throws InterruptedException {
        AgentClient client = begun.agent.client();
        AgentCall asked = agentCall(begun.call.deadline());
        CallTrace calls = begun.calls;
        return calls == null
                ? client.begin(asked, call.doubtful())
                : calls.during(() -> client.begin(asked, call.doubtful()));
    }

    private String traceParent() {
        return services.traces().isOn()
                ? TraceParents.of(run, call.task(), call.attempt(), trace != null)
                : TraceParents.of(run, call.task(), call.attempt());
    }

    private AgentCall agentCall(Instant deadline) {
        return new AgentCall(
                run.id(),
                graph,
                call.node(),
                call.task(),
                call.attempt(),
                call.input(),
                deadline,
                traceParent(),
                call.answers(),
                answer.show(services.output().open(run.id(), graph, call.node(), call.task(), call.attempt())),
                log);
    }

    /** The first judgement counts: the agent's own, or that its time is over. */
    private void judge(Underway begun, AgentReply reply) {
        CallUnderway judged = begun.call;
        if (!judged.claim()) {
            return;
        }
        Instant now = attempt.now();
        long millis = judged.millisUntil(now);
        if (trace != null && begun.calls != null) {
            trace.ended(judged, begun.agent.kind(), begun.calls, reply, now);
        }
        try {
            judged.ended(reply, millis);
        } finally {
            try {
                observe(judged.agent(), reply, millis);
            } finally {
                answer.give(reply, begun.agent.policy(), millis);
            }
        }
    }

    private void observe(String agent, AgentReply reply, long millis) {
        AttemptTrace.measure(trace, () -> services.observer().observed(agent, graph, reply, millis, true));
        if (reply instanceof AgentReply.Faulted failed) {
            log.warn("the call of agent " + agent + " failed after " + millis + " ms: " + failed.type() + ": "
                    + failed.message());
        }
    }
}
