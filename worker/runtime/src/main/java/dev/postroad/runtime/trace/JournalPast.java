package dev.postroad.runtime.trace;

import dev.postroad.contracts.message.EventType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Reads what a run did before this worker had it, or before what was dropped. Thread-safe. */
final class JournalPast implements Past {
    /** What is older is not under way any more, or its span begins later than it did. */
    private static final int MOST_ROWS = 2_000;

    private static final String NEWEST = """
            SELECT seq, type, at, node, task, attempt, superstep,
                   CASE WHEN type = 'node.waiting' THEN data -> 'dispatched' ->> 'agent' END AS remote_agent
            FROM postroad.journal
            WHERE run = ? AND seq <= ? ORDER BY seq DESC LIMIT ?""";

    private final DataSource database;

    JournalPast(DataSource database) {
        this.database = database;
    }

    @Override
    public List<Moment> until(long run, int seq) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(NEWEST)) {
            statement.setLong(1, run);
            statement.setInt(2, seq);
            statement.setInt(3, MOST_ROWS);
            List<Moment> moments = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    moments.add(new Moment(
                            rows.getInt("seq"),
                            EventType.ofAny(rows.getString("type")),
                            rows.getObject("at", OffsetDateTime.class).toInstant(),
                            rows.getString("node"),
                            rows.getString("task"),
                            rows.getInt("attempt"),
                            rows.getInt("superstep"),
                            rows.getString("remote_agent"),
                            null));
                }
            }
            return moments.reversed();
        }
    }
}
