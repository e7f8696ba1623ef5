package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.guard.Pass;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One call of an agent, from the guard on: how it went is told once, by whoever knows first, and its place is given back
 * when it has left. Thread-safe.
 */
final class CallUnderway {
    private final String agent;
    private final Pass pass;
    private final Instant begunAt;
    private final Instant deadline;
    private final AtomicReference<End> end = new AtomicReference<>(End.NONE);

    private enum End {
        NONE,
        JUDGED,
        STOPPED
    }

    CallUnderway(String agent, Pass pass, Instant begunAt, Instant deadline) {
        this.agent = agent;
        this.pass = pass;
        this.begunAt = begunAt;
        this.deadline = deadline;
    }

    String agent() {
        return agent;
    }

    Instant begunAt() {
        return begunAt;
    }

    Instant deadline() {
        return deadline;
    }

    boolean isLate(Instant now) {
        return now.isAfter(deadline);
    }

    Duration allowed() {
        return Duration.between(begunAt, deadline);
    }

    long millisUntil(Instant now) {
        return Duration.between(begunAt, now).toMillis();
    }

    /** Whether the caller is the one who says how it went: the agent itself, or who finds that its time is over. */
    boolean claim() {
        return end.compareAndSet(End.NONE, End.JUDGED);
    }

    /** Tells the guard how it went, having claimed that. */
    void ended(AgentReply reply, long millis) {
        pass.ended(reply, millis);
    }

    /** The call was stopped, which says nothing of its agent, unless somebody said how it went. */
    void stopped() {
        if (end.compareAndSet(End.NONE, End.STOPPED)) {
            pass.abandoned();
        }
    }

    /** Whether it was stopped before anybody said how it went. */
    boolean isStopped() {
        return end.get() == End.STOPPED;
    }

    /** Nothing of it is under way any more. */
    void left() {
        try {
            stopped();
        } finally {
            pass.left();
        }
    }
}
