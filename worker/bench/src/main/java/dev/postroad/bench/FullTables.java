package dev.postroad.bench;

import dev.postroad.contracts.json.FaultsException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Fills tables with runs that have ended, as copies of runs that a worker really made: of several graphs, spread over a
 * month, some failed, all with tags. The rows of a thousand runs lie among each other, as runs in flight leave them.
 */
final class FullTables {
    /** Each run is tagged with one of them. */
    static final int TENANTS = 97;

    private static final int GRAPHS = 5;
    private static final int RUNS_AT_ONCE = 1_000;
    private static final String TEMPLATES = "template-";
    private static final String RUNS = """
            INSERT INTO postroad.runs (run_id, shard, graph, version, status, priority, input, tags, error,
                                       queued_at, started_at, ended_at)
            SELECT 'history-' || i, i % 12, t.graph, t.version, t.status, i % 10, t.input,
                   json_build_object('tenant', 'tenant-' || i % :tenants, 'order', i::text), t.error,
                   q.at, q.at + (t.started_at - t.queued_at), q.at + (t.ended_at - t.queued_at)
            FROM generate_series(:first, :first + :count - 1) i
            JOIN postroad.runs t
              ON t.run_id = 'template-' || CASE WHEN i % 100 < 3 THEN 'failed-' ELSE 'completed-' END || i % :graphs
            CROSS JOIN LATERAL (SELECT now() - interval '1 day' - interval '30 days' * (1 - i / :runs::float8) AS at) q
            ORDER BY i""";
    private static final String JOURNAL = """
            INSERT INTO postroad.journal (run, seq, type, node, task, attempt, superstep, version, at, duration,
                                          progress, data)
            SELECT r.id, j.seq, j.type, j.node, j.task, j.attempt, j.superstep, j.version,
                   r.queued_at + (j.at - t.queued_at), j.duration, j.progress, j.data
            FROM generate_series(:first, :first + :count - 1) i
            JOIN postroad.runs r ON r.run_id = 'history-' || i
            JOIN postroad.runs t
              ON t.run_id = 'template-' || CASE WHEN i % 100 < 3 THEN 'failed-' ELSE 'completed-' END || i % :graphs
            JOIN postroad.journal j ON j.run = t.id
            ORDER BY j.seq, i""";

    private final Site site;
    private final int nodes;

    FullTables(Site site, int nodes) {
        this.site = site;
        this.nodes = nodes;
    }

    /** The graphs that the runs are of. */
    List<String> graphs() {
        return IntStream.range(0, GRAPHS).mapToObj(i -> "bench-history-" + i).toList();
    }

    void fill(int runs) throws FaultsException, InterruptedException {
        for (int i = 0; i < GRAPHS; i++) {
            site.place().publish(Graphs.chainThatFailsAtTimes(graphs().get(i), nodes));
            site.runAlone(graphs().get(i), TEMPLATES + "completed-" + i);
            site.runAlone(graphs().get(i), TEMPLATES + "failed-" + i);
        }
        for (int first = 0; first < runs; first += RUNS_AT_ONCE) {
            copy(RUNS, first, Math.min(RUNS_AT_ONCE, runs - first), runs);
            copy(JOURNAL, first, Math.min(RUNS_AT_ONCE, runs - first), runs);
        }
        site.sql().useHandle(handle -> {
            handle.execute("VACUUM (ANALYZE) postroad.runs");
            handle.execute("VACUUM (ANALYZE) postroad.journal");
            handle.execute("CHECKPOINT");
        });
    }

    private void copy(String statement, int first, int count, int runs) {
        site.sql()
                .useHandle(handle -> handle.createUpdate(statement)
                        .bind("first", first)
                        .bind("count", count)
                        .bind("runs", runs)
                        .bind("graphs", GRAPHS)
                        .bind("tenants", TENANTS)
                        .execute());
    }
}
