package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A limit on the runs of a graph, as it holds for one of them.
 *
 * @param field where the graph says it, or the trigger of the run
 * @param place its place among the limits of the run, from 0
 * @param isOfTrigger whether the trigger of the run set it in place of its graph
 * @param expression what it counts by; empty where it counts all runs of the graph
 * @param key the run's
 * @param runs the most; 0 where the graph is paused
 * @param per within what time so many may begin; null where so many may be under way at once
 */
public record QueueLimit(
        String field,
        int place,
        boolean isOfTrigger,
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
    private static final String CONCURRENCY = "concurrency";
    private static final String RATE = "rate";

    /** All of a graph, by their places. */
    public static List<QueueLimit> ofGraph(JsonNode definition) {
        return ofRun(definition, null);
    }

    /**
     * All that hold for a run, by their places: what its trigger set stands in place of what its graph says in the same field.
     *
     * @param definition of its version of the graph
     * @param limitKeys as its row has them; null for none
     */
    public static List<QueueLimit> ofRun(JsonNode definition, @Nullable JsonNode limitKeys) {
        JsonNode kept = limitKeys == null ? MissingNode.getInstance() : limitKeys;
        List<QueueLimit> all = new ArrayList<>();
        if (definition.at("/queue/paused").asBoolean()) {
            all.add(new QueueLimit(PAUSED, 0, false, "", "", 0, null));
        }
        return add(all, definition, kept.path("own").path("queue"), kept.isObject() ? kept.path("keys") : kept);
    }

    private static List<QueueLimit> add(List<QueueLimit> all, JsonNode definition, JsonNode own, JsonNode keys) {
        if (own.path(CONCURRENCY).isEmpty() && definition.at("/limits/runs").isNumber()) {
            int runs = definition.at("/limits/runs").intValue();
            all.add(new QueueLimit("limits.runs", all.size(), false, "", "", runs, null));
        }
        for (String field : List.of(CONCURRENCY, RATE)) {
            boolean isOfTrigger = !own.path(field).isEmpty();
            JsonNode limits =
                    isOfTrigger ? own.path(field) : definition.path("queue").path(field);
            for (JsonNode limit : limits.isObject() ? List.of(limits) : limits) {
                all.add(of(limit, field, isOfTrigger, all.size(), keys));
            }
        }
        return all;
    }

    private static QueueLimit of(JsonNode limit, String field, boolean isOfTrigger, int place, JsonNode keys) {
        return new QueueLimit(
                "queue." + field,
                place,
                isOfTrigger,
                limit.path("key").asText(),
                keys.path(place).asText(),
                limit.path("runs").intValue(),
                limit.path("per").textValue());
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
