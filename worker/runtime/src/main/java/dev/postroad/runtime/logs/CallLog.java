package dev.postroad.runtime.logs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.contracts.json.Json;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The log of one attempt of a task. It has no more than its share of what waits to be written, so that one that says much
 * does not crowd out the others. Thread-safe; never blocks.
 */
public final class CallLog implements AgentLogger {
    static final int MOST_LINES = 10_000;
    static final int MOST_CHARACTERS = 10_000;
    static final int MOST_FIELD_CHARACTERS = 20_000;

    /** Fields that take more are not even cut. */
    private static final long MOST_BYTES_LOOKED_AT = 1 << 20;

    private static final ScopedValue<CallLog> CURRENT = ScopedValue.newInstance();

    private final RunLogs logs;
    private final LogSource source;
    private final LogShare share = new LogShare();
    private final AtomicInteger lines = new AtomicInteger();
    private final AtomicInteger leftOut = new AtomicInteger();

    CallLog(RunLogs logs, LogSource source) {
        this.logs = logs;
        this.source = source;
    }

    /** The log of the attempt that this thread works on; null where it works on none. */
    public static @Nullable CallLog current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Runs an action whose thread works on this attempt; its log ends with how many lines were left out, if any. */
    public void during(Runnable action) {
        try {
            ScopedValue.where(CURRENT, this).run(action);
        } finally {
            tellWhatIsLeftOut();
        }
    }

    private void tellWhatIsLeftOut() {
        int missing = leftOut.get();
        if (missing > 0) {
            String message =
                    missing + " of the " + lines.get() + " lines of this attempt are left out: too many, or too fast";
            logs.addLast(source, share, LogLevel.WARN, message);
        }
    }

    @Override
    public void log(LogLevel level, String message, @Nullable ObjectNode fields) {
        // Agents are not all checked for nulls.
        String said = String.valueOf(message);
        if (lines.incrementAndGet() > MOST_LINES || !logs.hasRoom(share, Math.min(said.length(), MOST_CHARACTERS))) {
            logs.drop();
            leftOut.incrementAndGet();
            return;
        }
        LogLevel known = Objects.requireNonNullElse(level, LogLevel.INFO);
        String text = LogText.fit(said, MOST_CHARACTERS);
        if (!logs.add(source, share, known, text, text(fields))) {
            leftOut.incrementAndGet();
        }
    }

    /** Fields that cannot be stored are kept as a text. */
    private static @Nullable String text(@Nullable ObjectNode fields) {
        if (fields == null || fields.isEmpty()) {
            return null;
        }
        if (Json.isBeyond(fields, MOST_BYTES_LOOKED_AT)) {
            return "{\"text\":\"left out: too large, or nested too deep\"}";
        }
        String json = fields.toString();
        return json.length() <= MOST_FIELD_CHARACTERS && Json.unstorableText(fields) == null
                ? json
                : fields.objectNode()
                        .put("text", LogText.fit(json, MOST_FIELD_CHARACTERS))
                        .toString();
    }
}
