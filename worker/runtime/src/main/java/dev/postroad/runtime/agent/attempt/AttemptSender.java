package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentCall;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Sends the request of one attempt, with its trace and its deadline, on the calling thread. Thread-safe.
 *
 * <p>An interrupt aborts the exchange. While the answer's body is read it shows as an {@link IOException} with the
 * thread's interrupt flag set.
 */
public final class AttemptSender {
    /** Keeps a deadline far away from overflowing the clock of a client. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    private final Web web;
    private final InstantSource clock;
    private final Reach reach;

    /** @param reach where requests may go */
    public AttemptSender(Web web, InstantSource clock, Reach reach) {
        this.web = web;
        this.clock = clock;
        this.reach = reach;
    }

    /** Gives the answer once its headers are there; the caller must close its body. */
    public ServerAnswer send(Post post, AgentCall call) throws IOException, InterruptedException {
        Duration left = Duration.between(clock.instant(), call.deadline());
        if (!left.isPositive()) {
            throw new HttpTimeoutException("the deadline has passed");
        }
        if (!call.traceParent().isEmpty()) {
            post.set("traceparent", call.traceParent());
        }
        reach.check(post.address());
        return web.send(post, left.compareTo(LONGEST_TIMEOUT) < 0 ? left : LONGEST_TIMEOUT);
    }

    /**
     * The body of an answer, of which nothing is read once the deadline has passed: a client's own limit may end with the
     * headers, and pieces may come for ever.
     */
    public InputStream body(ServerAnswer answer, AgentCall call) {
        return new TimedStream(answer.body(), call.deadline(), clock);
    }

    /** Turns a failure to read into the interrupt that caused it, where one did. */
    public static void throwIfInterrupted(Throwable failure) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the attempt was given up: " + Thrown.text(failure));
        }
    }
}
