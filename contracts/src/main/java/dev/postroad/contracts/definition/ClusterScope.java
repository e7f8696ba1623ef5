package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * That a limit holds over all workers, and not on each.
 *
 * @param key CEL over {@code input}, what the agent is called with, and {@code run} ({@code id}, {@code graph}): calls of
 *     each key have the limit for themselves; null for all calls together
 */
public record ClusterScope(@Nullable String key) {
    /** What such a limit is called where something waits for it. */
    public static final String LIMIT = "its limit over all workers";

    private static final Pattern SCOPES = Pattern.compile("worker|cluster");

    /** Null for a limit of each worker. */
    static @Nullable ClusterScope read(Fields fields) {
        boolean isCluster = "cluster".equals(fields.text("scope", SCOPES, "worker or cluster"));
        String key = fields.has("key") ? fields.requiredText("key", "write an expression such as input.tenant") : null;
        if (!isCluster) {
            if (key != null) {
                fields.fault("key", "has no meaning on one worker", "add scope: cluster");
            }
            return null;
        }
        if (fields.has("maxWait")) {
            fields.fault(
                    "maxWait", "has no meaning with scope: cluster", "remove it; what waits, waits in the journal");
        }
        return new ClusterScope(key);
    }
}
