package dev.postroad.runtime.agent.java;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts those who use something. Once it is given up nobody new may use it, and when the last user has left it is idle
 * for good. Thread-safe, without locks, as every call of an agent passes here.
 */
public final class Lease {
    /** The sign bit, beside which the users are counted. */
    private static final int GIVEN_UP = Integer.MIN_VALUE;

    private final AtomicInteger users = new AtomicInteger();

    /** Whether it may be used; if so, {@link #leave} must follow. */
    boolean enter() {
        return users.getAndUpdate(now -> now < 0 ? now : now + 1) >= 0;
    }

    void leave() {
        users.decrementAndGet();
    }

    /** Nobody calls it from now on; what holds it is closed with the last call. */
    public void giveUp() {
        users.getAndUpdate(now -> now | GIVEN_UP);
    }

    /** Whether it was given up and nobody uses it any more. */
    public boolean isOver() {
        return users.get() == GIVEN_UP;
    }
}
