package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit on the runs of a graph, as it holds for one of them.
 *
 * @param field where the graph says it
 * @param place its place among the limits of the graph, from 0
 * @param expression what it counts by; empty where it counts all runs of the graph
 * @param key the run's
 * @param runs the most; 0 where the graph is paused
 * @param per within what time so many may begin; null where so many may be under way at once
 */
public record QueueLimit(
        String field,
        int place,
        String expression,
        String key,
        int runs,
        @Nullable String per) {
    /** In SQL, over {@code postroad.runs}: whether a run counts for a limit of its graph on all its runs. */
    public static final String COUNTS = """
            (json_typeof(limit_keys) IS DISTINCT FROM 'object' OR limit_keys #> '{own,queue,concurrency}' IS NULL
             OR jsonb_path_exists(CAST(limit_keys #> '{own,queue,concurrency}' AS jsonb), '$[*] ? (!exists(@.key))'))""";

    /** The same for one by key: of a run whose trigger set others, it is not. */
    public static final String COUNTS_BY_KEY = """
            (json_typeof(limit_keys) IS DISTINCT FROM 'object' OR limit_keys #> '{own,queue,concurrency}' IS NULL)""";

    /** In SQL, the keys of a run for the limits of its graph, by their places. */
    public static final String KEYS =
            "CASE json_typeof(limit_keys) WHEN 'object' THEN limit_keys -> 'keys' ELSE limit_keys END";

    private static final String PAUSED = "queue.paused";

    /** All of a graph, in the order in which keys are kept. */
    public static List<QueueLimit> all(JsonNode definition, @Nullable JsonNode keys) {
        List<QueueLimit> all = new ArrayList<>();
        if (definition.at("/queue/paused").asBoolean()) {
            all.add(new QueueLimit(PAUSED, 0, "", "", 0, null));
        }
        if (definition.at("/limits/runs").isNumber()) {
            all.add(new QueueLimit(
                    "limits.runs",
                    all.size(),
                    "",
                    "",
                    definition.at("/limits/runs").intValue(),
                    null));
        }
        add(all, "queue.concurrency", definition.at("/queue/concurrency"), keys);
        add(all, "queue.rate", definition.at("/queue/rate"), keys);
        return all;
    }

    private static void add(List<QueueLimit> all, String field, JsonNode limits, @Nullable JsonNode keys) {
        for (JsonNode limit : limits.isObject() ? List.of(limits) : limits) {
            int place = all.size();
            all.add(new QueueLimit(
                    field,
                    place,
                    limit.path("key").asText(),
                    keys == null ? "" : keys.path(place).asText(),
                    limit.path("runs").intValue(),
                    limit.path("per").textValue()));
        }
    }

    /** Whether it is none but that the graph is paused. */
    public boolean isPause() {
        return field.equals(PAUSED);
    }

    /** Whether it counts by key. */
    public boolean isByKey() {
        return !expression.isEmpty();
    }

    /** Whose runs it counts, as a sentence has it. */
    public String ofKey() {
        return isByKey() ? " for " + expression + " " + (key.isEmpty() ? "(none)" : key) : "";
    }

    /** It, as a sentence has it. */
    public String said() {
        return field + " " + runs + ofKey() + (per == null ? "" : " within " + per);
    }
}
