package dev.postroad.runtime.journal;

import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Run;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of runs, for whoever looks at their past. Thread-safe. */
public final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private final DataSource database;

    public Snapshots(DataSource database) {
        this.database = database;
    }

    /**
     * A run as it was at the newest snapshot of a version before one; empty where there is none that can be read, and then
     * the journal tells the same from its beginning.
     *
     * @param versions gives the versions of the run's graph
     */
    public Optional<Run> before(String runId, int version, PublishedGraphs versions) {
        try (Connection connection = database.getConnection()) {
            return SnapshotReader.newest(
                            connection,
                            "r.run_id = ?",
                            (statement, place) -> statement.setString(place, runId),
                            version,
                            versions::graph)
                    .values()
                    .stream()
                    .findFirst();
        } catch (SQLException failed) {
            LOG.warn("the snapshots of run {} cannot be read, and are passed over: {}", runId, failed.getMessage());
            return Optional.empty();
        }
    }
}
