package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.RunStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.postgresql.core.BaseConnection;

/**
 * Runs at rest that were looked at and need not be woken yet, until when is written to their rows: without an event, as the
 * run is as it was. There are no more of them than were woken since the last writing. What is lost of it, and what is written
 * late, has a run looked at once more than need be: a row that changed after the look stays as it is. Thread-safe.
 */
public final class PostponedRuns {
    private static final String WRITE = """
            WITH looked AS MATERIALIZED (
                SELECT * FROM unnest(?::bigint[], ?::int[], ?::timestamptz[]) AS looked (id, seq, until)),
            free AS MATERIALIZED (
                SELECT r.id FROM postroad.runs r WHERE r.id IN (SELECT id FROM looked) FOR UPDATE SKIP LOCKED)
            UPDATE postroad.runs r SET wake_at = l.until
            FROM looked l JOIN free USING (id)
            WHERE r.id = l.id AND r.status_seq <= l.seq AND r.status = '%s'\
            """.formatted(RunStatus.WAITING.publicName());

    private final DataSource database;
    private final Map<Long, Postponed> runs = new ConcurrentHashMap<>();

    private record Postponed(int seq, Instant until) {}

    public PostponedRuns(DataSource database) {
        this.database = database;
    }

    /**
     * Notes a run, to be written soon.
     *
     * @param seq the last event that the look knew of
     */
    public void note(RunKey run, int seq, Instant until) {
        runs.put(run.number(), new Postponed(seq, until));
    }

    /** Writes those that were noted. */
    public void write() throws SQLException {
        Map<Long, Postponed> noted = new HashMap<>();
        for (Long number : List.copyOf(runs.keySet())) {
            Postponed postponed = runs.remove(number);
            if (postponed != null) {
                noted.put(number, postponed);
            }
        }
        if (noted.isEmpty()) {
            return;
        }
        ArrayColumn numbers = ArrayColumn.ofLongs();
        ArrayColumn seqs = ArrayColumn.ofInts();
        ArrayColumn times = ArrayColumn.ofTimes();
        noted.forEach((number, postponed) -> {
            numbers.add(number.longValue());
            seqs.add(postponed.seq());
            times.add(postponed.until());
        });
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WRITE)) {
            BaseConnection base = connection.unwrap(BaseConnection.class);
            statement.setArray(1, numbers.toArray(base));
            statement.setArray(2, seqs.toArray(base));
            statement.setArray(3, times.toArray(base));
            statement.executeUpdate();
        }
    }
}
