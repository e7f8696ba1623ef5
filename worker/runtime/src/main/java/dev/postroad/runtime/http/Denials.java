package dev.postroad.runtime.http;

import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes in the log who was turned away, without what they sent to be let in; so many in a minute, and how many more there
 * were. Thread-safe.
 */
final class Denials {
    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_IN_A_WINDOW = 200;
    private static final int LONGEST_PATH = 200;

    private final InstantSource clock;
    private Instant begin = Instant.EPOCH;
    private long denied;

    Denials(InstantSource clock) {
        this.clock = clock;
    }

    /** Notes it where somebody was not let in, or may not do what they ask for. */
    void note(Context context, Refusal refusal) {
        if ((refusal.code() == ErrorCode.UNAUTHORIZED || refusal.code() == ErrorCode.FORBIDDEN) && isToBeTold()) {
            LOG.warn(
                    "{} for {} {} from {}{}: {}",
                    refusal.code().status(),
                    context.method(),
                    path(context),
                    context.ip(),
                    Guard.known(context).map(known -> " by " + known.name()).orElse(""),
                    refusal.getMessage());
        }
    }

    private synchronized boolean isToBeTold() {
        Instant now = clock.instant();
        if (Duration.between(begin, now).abs().compareTo(WINDOW) >= 0) {
            if (denied > MOST_IN_A_WINDOW) {
                LOG.warn("{} more callers were turned away since {}", denied - MOST_IN_A_WINDOW, begin);
            }
            begin = now;
            denied = 0;
        }
        denied++;
        return denied <= MOST_IN_A_WINDOW;
    }

    private static String path(Context context) {
        String path = context.path();
        return path.length() > LONGEST_PATH ? path.substring(0, LONGEST_PATH) + "…" : path;
    }
}
