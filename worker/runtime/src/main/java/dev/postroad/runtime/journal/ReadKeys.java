package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Keys of runs for the limits of their graphs, as Postgres has them; what many runs have in common is read once. Thread-safe. */
final class ReadKeys {
    private static final int MOST_KNOWN = 10_000;

    private final Map<String, List<String>> known = new ConcurrentHashMap<>();

    /** @param json a list of texts; null for none */
    List<String> of(@Nullable String json) {
        if (json == null) {
            return List.of();
        }
        if (known.size() > MOST_KNOWN) {
            known.clear();
        }
        return known.computeIfAbsent(json, ReadKeys::read);
    }

    private static List<String> read(String json) {
        try {
            List<String> keys = new ArrayList<>();
            for (JsonNode key : Json.read(json)) {
                keys.add(key.asText());
            }
            return List.copyOf(keys);
        } catch (FaultsException impossible) {
            throw new IllegalStateException("Postgres gave JSON that cannot be read", impossible);
        }
    }
}
