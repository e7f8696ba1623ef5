package dev.postroad.runtime.journal;

import dev.postroad.runtime.limit.RateWindow;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** How many runs began lately, as rates on the runs of graphs count them. Nothing but Postgres comes in. */
public final class BegunRuns {
    private static final int MOST_READ = 10_000;
    private static final String USED = """
            SELECT key, used, statement_timestamp() AS now FROM postroad.limits
            WHERE name = :name AND (key = :bucket OR :byKey AND starts_with(key, :bucket))
            ORDER BY changed_at DESC LIMIT :most""";

    private BegunRuns() {}

    /**
     * How many began within a period up to now, by key; those without are left out, and so are the keys of longest ago beyond
     * the first 10,000.
     *
     * @param bucket what runs are counted together by, up to the key; see {@code QueueRules.Rate}
     * @param byKey whether it is one of the keys that are counted, or all there is
     */
    public static Map<String, Long> within(Duration per, Handle handle, String graph, String bucket, boolean byKey) {
        Map<String, Long> begun = new HashMap<>();
        handle
                .createQuery(USED)
                .bind("name", UsedLimits.ofGraph(graph))
                .bind("bucket", bucket)
                .bind("byKey", byKey)
                .bind("most", MOST_READ)
                .map((row, context) -> {
                    Instant now = row.getObject("now", OffsetDateTime.class).toInstant();
                    long used = RateWindow.of(per, row.getString("used")).used(now);
                    return Map.entry(row.getString("key").substring(bucket.length()), used);
                })
                .stream()
                .filter(used -> used.getValue() > 0)
                .forEach(used -> begun.put(used.getKey(), used.getValue()));
        return begun;
    }
}
