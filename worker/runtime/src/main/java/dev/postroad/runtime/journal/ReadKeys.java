package dev.postroad.runtime.journal;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keys of runs for the limits of their graphs, as Postgres has them; what many runs have in common is read once. Thread-safe. */
final class ReadKeys {
    private static final int MOST_KNOWN = 10_000;

    /** Longer ones are limits of triggers, which hardly come twice. */
    private static final int LONGEST_KNOWN = 2_000;

    private final Map<String, LimitKeys> known = new ConcurrentHashMap<>();

    /** @param json see {@link LimitKeys#json}; null for none */
    LimitKeys of(@Nullable String json) {
        if (json == null) {
            return LimitKeys.NONE;
        }
        if (json.length() > LONGEST_KNOWN) {
            return read(json);
        }
        if (known.size() > MOST_KNOWN) {
            known.clear();
        }
        return known.computeIfAbsent(json, ReadKeys::read);
    }

    private static LimitKeys read(String json) {
        try {
            return LimitKeys.of(Json.read(json));
        } catch (FaultsException impossible) {
            throw new IllegalStateException("Postgres gave JSON that cannot be read", impossible);
        }
    }
}
