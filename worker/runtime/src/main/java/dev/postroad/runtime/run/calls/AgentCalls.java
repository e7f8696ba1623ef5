package dev.postroad.runtime.run.calls;

import dev.postroad.engine.run.Effect;
import dev.postroad.runtime.agent.CachedResults;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.guard.Guards;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.limit.ClusterLimits;
import dev.postroad.runtime.logs.RunLogs;
import dev.postroad.runtime.trace.Traces;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries each call on a virtual thread, and gives up on those that take too long. One thread looks over all calls ten
 * times a second: a timer for each call would cost more than most calls. An agent that does not heed its interruption
 * loses its call all the same: the answer is given in its place, and its own comes too late. Thread-safe.
 */
public final class AgentCalls implements AgentCaller, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AgentCalls.class);
    private static final long LOOK_EVERY_MILLIS = 100;

    private final ConcurrentHashMap<Key, AgentAttempt> underWay = new ConcurrentHashMap<>();
    /** Those whose runs are stepped elsewhere by now. */
    private final ConcurrentHashMap<Key, AgentAttempt> left = new ConcurrentHashMap<>();

    private final RemoteCalls remote;
    private final AttemptServices services;
    private final Thread overseer;
    private volatile boolean closed;

    public AgentCalls(
            ReadyAgent.Directory directory,
            Guards guards,
            OutputChunks output,
            RunLogs logs,
            CachedResults cached,
            CallObserver observer,
            CallGate gate,
            CallBudgets budgets,
            ClusterLimits limits,
            Traces traces,
            InstantSource clock) {
        this.remote = new RemoteCalls(directory, guards, output, logs, observer, gate, traces, clock);
        this.services = new AttemptServices(
                directory, guards, output, logs, cached, observer, gate, budgets, limits, remote, traces, clock);
        this.overseer = Thread.ofPlatform().name("postroad-deadlines").daemon().start(this::oversee);
    }

    /** What is with remote agents. */
    public RemoteCalls remote() {
        return remote;
    }

    /** How many calls are under way, or wait at the guard. */
    public int underWay() {
        return underWay.size() + left.size();
    }

    @Override
    public void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered) {
        Key key = new Key(run.number(), call.task(), call.attempt());
        AgentAttempt attempt = new AgentAttempt(run, epoch, graph, call, answered, services, ended -> {
            underWay.remove(key, ended);
            left.remove(key, ended);
        });
        underWay.put(key, attempt);
        attempt.start();
    }

    @Override
    public void stop(RunKey run, String task, int attempt, Stop why) {
        AgentAttempt stopped = underWay.get(new Key(run.number(), task, attempt));
        if (stopped != null) {
            stopped.abandon(why);
        }
    }

    @Override
    public boolean leave(RunKey run, String task, int attempt, Answered elsewhere) {
        Key key = new Key(run.number(), task, attempt);
        AgentAttempt leaving = underWay.get(key);
        if (leaving == null) {
            return false;
        }
        left.put(key, leaving);
        underWay.remove(key, leaving);
        boolean leaves = leaving.leaveTo(elsewhere);
        if (!leaves) {
            left.remove(key, leaving);
        }
        return leaves;
    }

    /** Stops a call that was left, and that nobody waits for any more. */
    public void stopLeft(RunKey run, String task, int attempt) {
        AgentAttempt stopped = left.get(new Key(run.number(), task, attempt));
        if (stopped != null) {
            stopped.abandon(Stop.LEFT_BEHIND);
        }
    }

    private void oversee() {
        while (!closed) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MILLIS);
            } catch (InterruptedException interrupted) {
                return;
            }
            try {
                Instant now = services.clock().instant();
                underWay.values().forEach(attempt -> lookOver(attempt, now));
                left.values().forEach(attempt -> lookOver(attempt, now));
            } catch (RuntimeException | Error broken) {
                Memory.passOnIfShort(broken);
                LOG.error("looking over the calls broke; it goes on", broken);
            }
        }
    }

    /** One that breaks keeps no other from being given up. */
    private static void lookOver(AgentAttempt attempt, Instant now) {
        try {
            attempt.lookOver(now);
        } catch (RuntimeException | Error broken) {
            Memory.passOnIfShort(broken);
            LOG.error("looking over a call broke; it goes on", broken);
        }
    }

    /** Abandons all calls; none of their answers comes. */
    @Override
    public void close() {
        closed = true;
        overseer.interrupt();
        underWay.values().forEach(attempt -> attempt.abandon(Stop.LEFT_BEHIND));
        left.values().forEach(attempt -> attempt.abandon(Stop.LEFT_BEHIND));
    }

    private record Key(long run, String task, int attempt) {}
}
