package dev.postroad.runtime.metrics;

import dev.postroad.runtime.background.Hourly;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/**
 * Deletes the figures that are older than anybody wants to know, once an hour. Every worker does, and several at once do
 * not get in each other's way. Confined to the writer's thread.
 */
final class OldFigures {
    private static final int MOST_AT_ONCE = 5_000;

    /** What is left then is deleted an hour later. */
    private static final int MOST_ROUNDS = 1_000;

    private static final String DELETE = """
            DELETE FROM postroad.agent_metrics WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM postroad.agent_metrics WHERE minute < ?
                ORDER BY minute LIMIT ? FOR UPDATE SKIP LOCKED))""";

    private final DataSource database;
    private final Duration retention;
    private final InstantSource clock;
    private final Hourly turn;

    OldFigures(DataSource database, Duration retention, InstantSource clock) {
        this.database = database;
        this.retention = retention;
        this.clock = clock;
        this.turn = new Hourly(clock);
    }

    /** Deletes what is too old, if it is time to. */
    void sweep() throws SQLException {
        if (!turn.isDue()) {
            return;
        }
        turn.done();
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setObject(1, clock.instant().minus(retention).atOffset(ZoneOffset.UTC));
            statement.setInt(2, MOST_AT_ONCE);
            int rounds = 0;
            int deleted;
            do {
                deleted = statement.executeUpdate();
                rounds++;
            } while (deleted == MOST_AT_ONCE && rounds < MOST_ROUNDS);
        }
    }
}
