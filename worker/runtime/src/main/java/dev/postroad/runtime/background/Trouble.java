package dev.postroad.runtime.background;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Has the log tell of what goes wrong again and again, in few lines: at once, and from then on once a minute with how
 * often it was; and that it is over. Thread-safe.
 */
public final class Trouble {
    private static final Duration SILENCE = Duration.ofMinutes(1);

    /** Reasons that take turns, or hold a number that grows, are not all told either. */
    private static final int MOST_REASONS = 3;

    private final Logger log;
    private final String what;
    private final InstantSource clock;
    private @Nullable String reason;
    private Instant toldAt = Instant.MIN;
    private int reasons;
    private long untold;
    private long times;
    private boolean told;

    /**
     * @param log of whom the trouble is
     * @param what goes wrong, such as "triggers cannot be read"
     */
    public Trouble(Logger log, String what, InstantSource clock) {
        this.log = log;
        this.what = what;
        this.clock = clock;
    }

    /** It went wrong, once more. */
    public synchronized void tell(String why) {
        times++;
        Instant now = clock.instant();
        boolean silent = now.isBefore(toldAt.plus(SILENCE));
        if (silent && (why.equals(reason) || reasons >= MOST_REASONS)) {
            untold++;
            return;
        }
        if (untold == 0) {
            log.warn("{}: {}", what, why);
        } else {
            log.warn("{}, and {} times more since it was last told: {}", what, untold, why);
        }
        reasons = silent ? reasons + 1 : 1;
        toldAt = silent ? toldAt : now;
        reason = why;
        untold = 0;
        told = true;
    }

    /** It goes well: told where it had gone wrong before. */
    public synchronized void over() {
        if (told) {
            log.info("no longer so, after {} times: {}", times, what);
            times = 0;
            untold = 0;
            told = false;
        }
    }
}
