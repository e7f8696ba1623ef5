package dev.postroad.runtime.history.runs;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** Where runs are: at which of their nodes, by the newest of what their journals hold. */
final class RunPlaces {
    /**
     * The paths of the nodes that are at work, or wait, of a row of {@code runs}; of the last one that did anything where none
     * of the newest does, as with one slow task of thousands. No more of a journal is read, as a listing has many runs.
     */
    static final String COLUMN = """
            CASE WHEN status IN ('running', 'waiting', 'paused') THEN (
                SELECT coalesce(array_agg(path ORDER BY seq) FILTER (WHERE is_open),
                                array_remove(ARRAY[(array_agg(path ORDER BY seq DESC))[1]], NULL))
                FROM (SELECT DISTINCT ON (task) seq, regexp_replace(task, '@[^/]*', '', 'g') AS path,
                             type NOT IN ('node.completed', 'node.failed', 'node.cancelled') AS is_open
                      FROM (SELECT seq, type, task,
                                   max(seq) FILTER (WHERE type IN ('run.rolled-back', 'state.updated')) OVER () AS anew
                            FROM (SELECT seq, type, task FROM postroad.journal
                                  WHERE run = runs.id ORDER BY seq DESC LIMIT 32) newest) events
                      WHERE task IS NOT NULL AND seq > coalesce(anew, 0)
                      ORDER BY task, seq DESC) tasks) END AS nodes""";

    private RunPlaces() {}

    /** Of a graph that is at work inside a node, what is at work in it tells more. */
    static List<String> of(ResultSet row) throws SQLException {
        Array nodes = row.getArray("nodes");
        if (nodes == null) {
            return List.of();
        }
        List<String> paths =
                Arrays.stream((String[]) nodes.getArray()).distinct().toList();
        return paths.stream()
                .filter(path -> paths.stream().noneMatch(other -> other.startsWith(path + "/")))
                .toList();
    }
}
