package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Run;
import dev.postroad.engine.run.RunCodec;
import dev.postroad.runtime.journal.StoredRun.Graphs;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the newest snapshot of runs that stands: of this release's layout, whole, and of a row that is in the journal. One
 * that does not stand is passed over for the one before. Thread-safe.
 */
final class SnapshotReader {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReader.class);

    /** The most that are looked at for one run, if none stands. */
    private static final int MOST_TRIES = 5;

    private static final String NEWEST = """
        SELECT r.id, r.run_id, r.graph, %s, s.version, s.seq, s.state, s.rest, s.checksum
        FROM postroad.runs r
        CROSS JOIN LATERAL (
            SELECT * FROM postroad.snapshots s
            WHERE s.run = r.id AND s.version < ? AND s.layout = ?
              AND EXISTS (SELECT FROM postroad.journal j
                          WHERE j.run = s.run AND j.seq = s.seq AND j.version = s.version)
            ORDER BY s.version DESC LIMIT 1) s
        WHERE\s""".formatted(JournalColumns.graphVersion("s"));
    private static final String OF_ONE = "r.id = ?";

    private SnapshotReader() {}

    /** Which runs are meant. */
    interface Which {
        /** Binds the parameters of the condition, from a place on. */
        void bind(PreparedStatement statement, int place) throws SQLException;
    }

    /**
     * The runs as they were at their newest snapshots, by their numbers; those that have none are not among them.
     *
     * @param condition on {@code runs r}
     * @param before only snapshots of earlier versions
     */
    static Map<Long, Run> newest(Connection connection, String condition, Which which, int before, Graphs graphs)
            throws SQLException {
        Map<Long, Integer> broken = new HashMap<>();
        Map<Long, Run> found = find(connection, condition, which, before, graphs, broken);
        for (int tries = 1; tries < MOST_TRIES && !broken.isEmpty(); tries++) {
            Map<Long, Integer> again = Map.copyOf(broken);
            broken.clear();
            for (Map.Entry<Long, Integer> one : again.entrySet()) {
                found.putAll(find(
                        connection,
                        OF_ONE,
                        (statement, place) -> statement.setLong(place, one.getKey()),
                        one.getValue(),
                        graphs,
                        broken));
            }
        }
        return found;
    }

    private static Map<Long, Run> find(
            Connection connection, String condition, Which which, int before, Graphs graphs, Map<Long, Integer> broken)
            throws SQLException {
        Map<Long, Run> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(NEWEST + condition)) {
            statement.setInt(1, before);
            statement.setInt(2, RunCodec.LAYOUT);
            which.bind(statement, 3);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long number = rows.getLong("id");
                    try {
                        found.put(number, run(rows, graphs));
                    } catch (JdbiException away) {
                        throw away;
                    } catch (RuntimeException | StackOverflowError misfit) {
                        LOG.warn(
                                "the snapshot of version {} of run {} does not stand, and is passed over: {}",
                                rows.getInt("version"),
                                rows.getString("run_id"),
                                String.valueOf(misfit.getMessage()));
                        broken.put(number, rows.getInt("version"));
                    }
                }
            }
        }
        return found;
    }

    private static Run run(ResultSet rows, Graphs graphs) throws SQLException {
        String graph = rows.getString("graph");
        return StoredSnapshot.of(rows.getString("state"), rows.getString("rest"), rows.getLong("checksum"))
                .run(
                        rows.getString("run_id"),
                        graphs.graph(graph, rows.getInt("graph_version")),
                        PublishedGraphs.of(graph, graphs::graph),
                        rows.getInt("seq"),
                        rows.getInt("version"));
    }
}
