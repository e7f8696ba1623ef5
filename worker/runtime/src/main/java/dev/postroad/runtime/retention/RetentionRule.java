package dev.postroad.runtime.retention;

import dev.postroad.runtime.config.RetentionSettings;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** How long the runs of a graph are kept after they ended. */
record RetentionRule(String graph, Duration keep) {
    /** The graphs that have runs, found by steps from one to the next, as there are few of them and many runs. */
    private static final String GRAPHS = """
            WITH RECURSIVE names AS (
                (SELECT graph FROM postroad.runs ORDER BY graph LIMIT 1)
                UNION ALL
                SELECT (SELECT r.graph FROM postroad.runs r WHERE r.graph > n.graph ORDER BY r.graph LIMIT 1)
                FROM names n WHERE n.graph IS NOT NULL)
            SELECT n.graph, (
                SELECT g.definition ->> 'retention' FROM postroad.graphs g
                WHERE g.name = n.graph ORDER BY g.version DESC LIMIT 1) AS retention
            FROM names n WHERE n.graph IS NOT NULL""";

    /** Those of all graphs whose runs are not kept for ever. */
    static List<RetentionRule> all(Jdbi jdbi, RetentionSettings settings) {
        List<RetentionRule> rules = new ArrayList<>();
        jdbi.useHandle(handle -> handle.createQuery(GRAPHS)
                .map((row, context) -> {
                    Duration keep = keep(row.getString("retention"), settings.keep());
                    return keep == null ? null : rules.add(new RetentionRule(row.getString("graph"), keep));
                })
                .list());
        return rules;
    }

    /** A graph's own goes before the setting; one that a release wrote which knows better keeps all. */
    private static @Nullable Duration keep(@Nullable String ofGraph, @Nullable Duration otherwise) {
        if (ofGraph == null) {
            return otherwise;
        }
        try {
            return Duration.parse(ofGraph);
        } catch (DateTimeException | ArithmeticException notADuration) {
            return null;
        }
    }
}
