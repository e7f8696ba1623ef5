package dev.postroad.runtime.observe;

import dev.postroad.runtime.database.PostgresTrouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Looks at how long runs wait for their start, over all workers, by the clock of Postgres. Confined to one thread, but for
 * what was found last. */
public final class QueueWait implements ServerWatch.Look {
    /** A run that waits longer says that there are too few workers, or places, for what comes. */
    static final Duration LONGEST = Duration.ofMinutes(5);

    /** So long a run that was set aside makes a difference: one that nobody wants any more is not told of for ever. */
    private static final Duration TOLD_OF = Duration.ofHours(24);

    /** No more are looked at, so that a long queue is not read every time; runs that are to begin later do not wait yet. */
    private static final int MOST_COUNTED = 10_000;

    /** Fails where nothing can be written, and writes nothing. */
    private static final String WRITABLE = "SELECT FROM postroad.shards WHERE false FOR SHARE";

    /** Postgres, which has last seen a long queue, would rather read all runs there are for it. */
    private static final String BY_INDEX = "SELECT set_config('enable_seqscan', 'off', true)";

    /** A range of statuses, so that it is in the order of one index alone: that of runs by time has all that ever were. */
    private static final String SQL = """
        WITH waiting AS MATERIALIZED (
            SELECT queued_at, wake_at FROM postroad.runs
            WHERE status >= 'queued' AND status <= 'queued' AND status <> 'completed'
            ORDER BY status, queued_at LIMIT ?)
        SELECT (SELECT count(*) FROM waiting) AS queued,
               (SELECT (extract(epoch FROM now() - min(queued_at)) * 1000)::bigint
                FROM waiting WHERE wake_at IS NULL) AS oldest_millis,
               (SELECT count(*)
                FROM (SELECT FROM postroad.unreadable_runs
                      WHERE since > now() - make_interval(secs => ?) LIMIT ?) AS lately) AS aside,
               (SELECT run_id FROM postroad.runs
                WHERE id = (SELECT run FROM postroad.unreadable_runs ORDER BY since DESC LIMIT 1)) AS last_aside\
        """;

    private final DataSource database;
    private volatile long queued;
    private volatile Duration oldest = Duration.ZERO;
    private volatile PartHealth aside = new PartHealth.Ok();

    public QueueWait(DataSource database) {
        this.database = database;
    }

    @Override
    public PartHealth look() throws UnansweredException {
        try (Connection connection = database.getConnection();
                PreparedStatement writable = statement(connection, WRITABLE);
                PreparedStatement byIndex = statement(connection, BY_INDEX);
                PreparedStatement statement = statement(connection, SQL)) {
            writable.execute();
            connection.setAutoCommit(false);
            try {
                byIndex.execute();
                return look(statement);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException away) {
            throw new UnansweredException(PostgresTrouble.say(away), away);
        }
    }

    private PartHealth look(PreparedStatement statement) throws SQLException {
        statement.setInt(1, MOST_COUNTED + 1);
        statement.setLong(2, TOLD_OF.toSeconds());
        statement.setInt(3, MOST_COUNTED + 1);
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            queued = row.getLong("queued");
            oldest = Duration.ofMillis(row.getLong("oldest_millis"));
            aside = judgeAside(row.getLong("aside"), row.getString("last_aside"));
            return judge(queued, oldest);
        }
    }

    private static PreparedStatement statement(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout((int) ServerWatch.LIMIT.toSeconds());
        return statement;
    }

    /** How many runs were queued at the last look, or 10,001 where there were more. Thread-safe. */
    public long queued() {
        return queued;
    }

    /** How long the oldest of them had waited for its start by then. Thread-safe. */
    public Duration oldest() {
        return oldest;
    }

    /** Whether runs were set aside lately, as far as was seen at the last look. Thread-safe. */
    public PartHealth aside() {
        return aside;
    }

    private static PartHealth judgeAside(long runs, @Nullable String last) {
        if (runs == 0 || last == null) {
            return new PartHealth.Ok();
        }
        return new PartHealth.Degraded("runs that were set aside within " + TOLD_OF + ", as they cannot be read: "
                + counted(runs) + "; " + last + " is one of them, and `postroad why " + last
                + "` says more; all are in the view postroad.unreadable_runs");
    }

    private static String counted(long runs) {
        return runs > MOST_COUNTED ? "more than " + MOST_COUNTED : Long.toString(runs);
    }

    private static PartHealth judge(long queued, Duration oldest) {
        if (oldest.compareTo(LONGEST) <= 0) {
            return new PartHealth.Ok();
        }
        return new PartHealth.Degraded("the oldest queued run has waited for its start for "
                + Duration.ofSeconds(oldest.toSeconds()) + "; runs that wait: " + counted(queued));
    }
}
