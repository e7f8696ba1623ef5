package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.agent.AgentCall;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
    /** Keeps a deadline far away from overflowing the HTTP client's clock. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    private final HttpClient http;
    private final InstantSource clock;
    private final Reach reach;

    /** @param reach where requests may go */
    public AttemptSender(HttpClient http, InstantSource clock, Reach reach) {
        this.http = http;
        this.clock = clock;
        this.reach = reach;
    }

    /** Gives the answer once its headers are there; the caller must close its body. */
    public HttpResponse<InputStream> send(HttpRequest.Builder request, AgentCall call)
            throws IOException, InterruptedException {
        Duration left = Duration.between(clock.instant(), call.deadline());
        if (!left.isPositive()) {
            throw new HttpTimeoutException("the deadline has passed");
        }
        request.timeout(left.compareTo(LONGEST_TIMEOUT) < 0 ? left : LONGEST_TIMEOUT);
        if (!call.traceParent().isEmpty()) {
            request.setHeader("traceparent", call.traceParent());
        }
        AbandonableBody body = new AbandonableBody();
        try {
            HttpRequest built = request.build();
            reach.check(built.uri());
            return http.send(built, body);
        } catch (InterruptedException givenUp) {
            body.abandon();
            throw givenUp;
        }
    }

    /**
     * The body of an answer, of which nothing is read once the deadline has passed: the HTTP client's own limit ends with
     * the headers, and pieces may come for ever.
     */
    public InputStream body(HttpResponse<InputStream> response, AgentCall call) {
        return new TimedStream(response.body(), call.deadline(), clock);
    }

    /** Turns a failure to read into the interrupt that caused it, where one did. */
    public static void throwIfInterrupted(Throwable failure) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("the attempt was given up: " + Thrown.text(failure));
        }
    }
}
