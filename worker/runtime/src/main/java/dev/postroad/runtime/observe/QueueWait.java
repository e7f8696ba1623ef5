package dev.postroad.runtime.observe;

import dev.postroad.runtime.database.PostgresTrouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;

/** Looks at how long runs wait for their start, over all workers, by the clock of Postgres. Confined to one thread, but for
 * what was found last. */
public final class QueueWait implements ServerWatch.Look {
    /** A run that waits longer says that there are too few workers, or places, for what comes. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    /** No more are looked at, so that a long queue is not read every time; runs that are to begin later do not wait yet. */
    private static final int MOST_COUNTED = 10_000;

    /** Fails where nothing can be written, and writes nothing. */
    private static final String WRITABLE = "SELECT FROM postroad.shards WHERE false FOR SHARE";

    private static final String SQL = """
        SELECT (SELECT count(*)
                FROM (SELECT FROM postroad.runs WHERE status = 'queued' LIMIT ?) AS counted) AS queued,
               (SELECT (extract(epoch FROM now() - queued_at) * 1000)::bigint
                FROM (SELECT queued_at, wake_at FROM postroad.runs
                      WHERE status = 'queued' ORDER BY queued_at LIMIT ?) AS oldest
                WHERE wake_at IS NULL ORDER BY queued_at LIMIT 1) AS oldest_millis\
        """;

    private final DataSource database;
    private volatile long queued;
    private volatile Duration oldest = Duration.ZERO;

    public QueueWait(DataSource database) {
        this.database = database;
    }

    @Override
    public PartHealth look() throws UnansweredException {
        try (Connection connection = database.getConnection();
                PreparedStatement writable = connection.prepareStatement(WRITABLE);
                PreparedStatement statement = connection.prepareStatement(SQL)) {
            writable.setQueryTimeout((int) ServerWatch.LIMIT.toSeconds());
            writable.execute();
            statement.setQueryTimeout((int) ServerWatch.LIMIT.toSeconds());
            statement.setInt(1, MOST_COUNTED + 1);
            statement.setInt(2, MOST_COUNTED);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                queued = row.getLong("queued");
                oldest = Duration.ofMillis(row.getLong("oldest_millis"));
                return judge(queued, oldest);
            }
        } catch (SQLException away) {
            throw new UnansweredException(PostgresTrouble.say(away), away);
        }
    }

    /** How many runs were queued at the last look, or 10,001 where there were more. Thread-safe. */
    public long queued() {
        return queued;
    }

    /** How long the oldest of them had waited for its start by then. Thread-safe. */
    public Duration oldest() {
        return oldest;
    }

    private static PartHealth judge(long queued, Duration oldest) {
        if (oldest.compareTo(LONGEST) <= 0) {
            return new PartHealth.Ok();
        }
        String depth = queued > MOST_COUNTED ? "more than " + MOST_COUNTED : Long.toString(queued);
        return new PartHealth.Degraded("the oldest queued run has waited for its start for "
                + Duration.ofSeconds(oldest.toSeconds()) + "; runs that wait: " + depth);
    }
}
