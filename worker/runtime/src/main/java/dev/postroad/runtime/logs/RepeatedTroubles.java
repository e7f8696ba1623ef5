package dev.postroad.runtime.logs;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/**
 * Has the log of a run say what keeps it from going on. Such a run is looked at again and again, for one that is due once
 * a second, so the same is said of it once an hour. Thread-safe; never blocks.
 */
public final class RepeatedTroubles {
    private static final Duration SILENCE = Duration.ofHours(1);
    private static final int MOST_REMEMBERED = 1_000;

    private final RunLogs logs;
    private final InstantSource clock;
    private final LinkedHashMap<Trouble, Instant> told = new LinkedHashMap<>();

    public RepeatedTroubles(RunLogs logs, InstantSource clock) {
        this.logs = logs;
        this.clock = clock;
    }

    private record Trouble(String runId, String what) {}

    /**
     * Says it, unless it was said lately.
     *
     * @param what a sentence, with its reason
     */
    public void tell(String runId, String what) {
        if (isNews(new Trouble(runId, what))) {
            logs.trouble(runId, what);
        }
    }

    private synchronized boolean isNews(Trouble trouble) {
        Instant now = clock.instant();
        Instant before = told.get(trouble);
        if (before != null && now.isBefore(before.plus(SILENCE))) {
            return false;
        }
        // Put anew, so that the oldest is the first to be forgotten.
        told.remove(trouble);
        told.put(trouble, now);
        if (told.size() > MOST_REMEMBERED) {
            told.pollFirstEntry();
        }
        return true;
    }
}
