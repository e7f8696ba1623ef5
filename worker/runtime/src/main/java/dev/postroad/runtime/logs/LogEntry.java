package dev.postroad.runtime.logs;

import dev.postroad.contracts.agent.LogLevel;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of a run's log, as it is stored.
 *
 * @param share whose it is while it waits
 * @param fields JSON; null for none
 */
record LogEntry(
        Instant at,
        LogLevel level,
        LogSource source,
        LogShare share,
        String message,
        @Nullable String fields) {
    /** Beside its texts: the objects, and the names that it refers to. */
    private static final int OVERHEAD = 100;

    /** About what one takes in memory whose texts have so many characters. */
    static int bytes(int characters) {
        return OVERHEAD + 2 * characters;
    }

    /** About what it takes in memory. */
    int bytes() {
        return bytes(message.length() + (fields == null ? 0 : fields.length()));
    }
}
