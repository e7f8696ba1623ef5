package dev.postroad.runtime.history.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.runtime.history.rows.Rows;
import dev.postroad.runtime.journal.BegunRuns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Lists the limits on the runs of graphs, with their use. Thread-safe. */
public final class LimitListing {
    private static final int MOST_KEYS = 5;
    private static final String GRAPHS = """
            SELECT name, version, definition
            FROM (SELECT DISTINCT ON (name) name, version, definition FROM postroad.graphs ORDER BY name, version DESC) AS newest
            WHERE definition -> 'limits' ->> 'runs' IS NOT NULL OR definition -> 'queue' IS NOT NULL ORDER BY name""";
    private static final String UNDER_WAY =
            " FROM postroad.runs WHERE graph = :graph AND limited AND status IN ('running', 'waiting') AND ";
    private static final String ALL = "SELECT '' AS key, count(*) AS runs" + UNDER_WAY + QueueLimit.COUNTS;
    private static final String BY_KEY =
            "SELECT coalesce((" + QueueLimit.KEYS + ") ->> CAST(:place AS integer), '') AS key, count(*) AS runs"
                    + UNDER_WAY + QueueLimit.COUNTS_BY_KEY + " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT :most";

    private final Jdbi postgres;

    public LimitListing(Jdbi postgres) {
        this.postgres = postgres;
    }

    private record Limited(String graph, int version, JsonNode definition) {}

    /** All, by graph. */
    public List<LimitReport> all() {
        return postgres.withHandle(handle -> {
            List<LimitReport> all = new ArrayList<>();
            for (Limited graph : handle.createQuery(GRAPHS)
                    .map((row, context) -> new Limited(
                            row.getString("name"), row.getInt("version"), Rows.requiredJson(row, "definition")))
                    .list()) {
                add(handle, graph, all);
            }
            return all;
        });
    }

    private static void add(Handle handle, Limited graph, List<LimitReport> all) {
        Map<String, Integer> places = new HashMap<>();
        for (QueueLimit limit : QueueLimit.ofGraph(graph.definition())) {
            int place = places.merge(limit.field(), 1, Integer::sum) - 1;
            all.add(new LimitReport(
                    graph.graph(),
                    graph.version(),
                    limit.field(),
                    place,
                    limit.isByKey() ? limit.expression() : null,
                    limit.runs(),
                    limit.per(),
                    limit.per() == null ? used(handle, graph, limit) : began(handle, graph, limit, limit.per())));
        }
    }

    /** How many began within the period up to now. */
    private static List<LimitReport.Use> began(Handle handle, Limited graph, QueueLimit limit, String per) {
        Duration period = Duration.parse(per);
        String bucket = QueueRules.Rate.bucket(limit.isByKey() ? limit.expression() : null, period, "");
        return BegunRuns.within(period, handle, graph.graph(), bucket, limit.isByKey()).entrySet().stream()
                .map(begun -> new LimitReport.Use(begun.getKey(), begun.getValue()))
                .sorted(Comparator.comparingLong(LimitReport.Use::runs)
                        .reversed()
                        .thenComparing(LimitReport.Use::key))
                .limit(MOST_KEYS)
                .toList();
    }

    private static List<LimitReport.Use> used(Handle handle, Limited graph, QueueLimit limit) {
        var query = handle.createQuery(limit.isByKey() ? BY_KEY : ALL).bind("graph", graph.graph());
        if (limit.isByKey()) {
            query.bind("place", limit.place()).bind("most", MOST_KEYS);
        }
        return query.map((row, context) -> new LimitReport.Use(row.getString("key"), row.getLong("runs")))
                .list();
    }
}
