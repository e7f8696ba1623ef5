package dev.postroad.runtime.journal;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** A number for a combination of keys of limits, the same on every worker. */
final class QueueLine {
    private QueueLine() {}

    /** Two combinations have the same number once in a long time, and then merely wait for one another. */
    static long of(List<String> keys) {
        byte[] bytes = String.join("\u0000", keys).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(bytes).getMostSignificantBits();
    }
}
