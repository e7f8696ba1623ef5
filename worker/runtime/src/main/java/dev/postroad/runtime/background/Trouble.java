package dev.postroad.runtime.background;

import java.time.InstantSource;
import org.slf4j.Logger;

/**
 * Has the log tell of one thing that goes wrong again and again, in few lines as {@link Repeats} does, and that it is
 * over. Thread-safe.
 */
public final class Trouble {
    private final Logger log;
    private final String what;
    private final Repeats repeats;
    private long times;

    /**
     * @param log of whom the trouble is
     * @param what goes wrong, such as "triggers cannot be read"
     */
    public Trouble(Logger log, String what, InstantSource clock) {
        this.log = log;
        this.what = what;
        this.repeats = new Repeats(log, clock);
    }

    /** It went wrong, once more. */
    public synchronized void tell(String why) {
        times++;
        repeats.warn(what + ": " + why);
    }

    /** It goes well: told where it had gone wrong before. */
    public synchronized void over() {
        if (times > 0) {
            log.info("no longer so, after {} times: {}", times, what);
            times = 0;
        }
    }
}
