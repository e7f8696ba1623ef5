package dev.postroad.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** What the tables say about a set of runs. */
final class Figures {
    private static final String SQL = """
            WITH chosen AS (SELECT id, started_at, ended_at FROM postroad.runs WHERE run_id LIKE :prefix || '%'),
            rows AS (SELECT count(*) AS rows, count(*) FILTER (WHERE type = 'node.completed') AS transitions,
                            sum(pg_column_size(j.*)) AS bytes,
                            extract(epoch FROM max(at) - min(at))::float8 AS seconds
                     FROM postroad.journal j WHERE run IN (SELECT id FROM chosen)),
            times AS (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY millis) AS p50,
                             percentile_cont(0.99) WITHIN GROUP (ORDER BY millis) AS p99
                      FROM (SELECT (extract(epoch FROM ended_at - started_at) * 1000)::float8 AS millis FROM chosen) m)
            SELECT rows.*, times.* FROM rows, times""";

    private Figures() {}

    static ObjectNode of(Site site, String prefix) {
        return of(site.sql(), prefix);
    }

    static ObjectNode of(Jdbi sql, String prefix) {
        Map<String, Object> row = sql.withHandle(handle ->
                handle.createQuery(SQL).bind("prefix", prefix).mapToMap().one());
        double transitions = number(row, "transitions");
        double seconds = number(row, "seconds");
        return JsonNodeFactory.instance
                .objectNode()
                .put("transitions", (long) transitions)
                .put("seconds", round(seconds, 2))
                .put("transitionsPerSecond", Math.round(transitions / seconds))
                .put("rowsPerSecond", Math.round(number(row, "rows") / seconds))
                .put("runP50Millis", round(number(row, "p50"), 2))
                .put("runP99Millis", round(number(row, "p99"), 2))
                .put("rowsPerTransition", round(number(row, "rows") / transitions, 2))
                .put("bytesPerTransition", Math.round(number(row, "bytes") / transitions));
    }

    static double round(double value, int decimals) {
        double factor = Math.pow(10, decimals);
        return Math.round(value * factor) / factor;
    }

    private static double number(Map<String, Object> row, String name) {
        return ((Number) java.util.Objects.requireNonNull(row.get(name))).doubleValue();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** The median of how these stand to those, round by round, to three decimals. */
    static double ratio(List<Double> these, List<Double> those) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < these.size(); i++) {
            ratios.add(these.get(i) / those.get(i));
        }
        return round(median(ratios), 3);
    }
}
