package dev.postroad.runtime.logs;

import dev.postroad.runtime.background.Hourly;
import dev.postroad.runtime.database.SqlVerdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the partitions of the next days and drops those that are too old, once an hour. Every worker does, one at a time.
 * Where it cannot, lines go to the partition of all other days. Confined to the writer's thread.
 */
final class LogPartitions {
    private static final Logger LOG = LoggerFactory.getLogger(LogPartitions.class);
    private static final int DAYS_AHEAD = 2;
    private static final String PREFIX = "agent_logs_";
    private static final DateTimeFormatter DAY = DateTimeFormatter.BASIC_ISO_DATE;

    private static final String BEGIN = """
        SET LOCAL lock_timeout = '2s';
        SELECT pg_advisory_xact_lock(hashtext('postroad.agent_logs.partitions'))\
        """;

    private static final String PARTITIONS = """
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'postroad.agent_logs'::regclass\
        """;

    private final DataSource database;
    private final Duration retention;
    private final InstantSource clock;
    private final Hourly turn;

    LogPartitions(DataSource database, Duration retention, InstantSource clock) {
        this.database = database;
        this.retention = retention;
        this.clock = clock;
        this.turn = new Hourly(clock);
    }

    /** Makes and drops what is due, if it is time to. */
    void sweep() throws SQLException {
        if (!turn.isDue()) {
            return;
        }
        Instant now = clock.instant();
        LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
        List<LocalDate> there = inTransaction(LogPartitions::days);
        for (int i = 0; i <= DAYS_AHEAD; i++) {
            LocalDate day = today.plusDays(i);
            if (!there.contains(day)) {
                make(day);
            }
        }
        Instant oldest = now.minus(retention);
        for (LocalDate day : there) {
            if (!day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC).isAfter(oldest)) {
                attempt("drop the log of " + day, "SELECT postroad.drop_agent_logs('" + day + "')");
            }
        }
        attempt("delete old lines", "DELETE FROM postroad.agent_logs_other WHERE at < '" + oldest + "'");
        turn.done();
    }

    /** By a function of the owner's, since a worker need not own the log. */
    private void make(LocalDate day) throws SQLException {
        attempt("make a partition for the log of " + day, "SELECT postroad.make_agent_logs('" + day + "')");
    }

    private static List<LocalDate> days(Connection connection) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(PARTITIONS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                String suffix = rows.getString(1).substring(PREFIX.length());
                try {
                    days.add(LocalDate.parse(suffix, DAY));
                } catch (DateTimeParseException other) {
                    LOG.trace("{} is of no single day", suffix);
                }
            }
        }
        return days;
    }

    /** One that fails keeps none of the others from being done; it is tried again in an hour. */
    private void attempt(String what, String sql) throws SQLException {
        try {
            inTransaction(connection -> {
                try (Statement statement = connection.createStatement()) {
                    return statement.execute(sql);
                }
            });
        } catch (SQLException failed) {
            if (SqlVerdict.isAway(failed)) {
                throw failed;
            }
            LOG.warn("cannot {} now: {}", what, failed.getMessage());
        }
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement begin = connection.createStatement()) {
                begin.execute(BEGIN);
                T done = work.on(connection);
                connection.commit();
                return done;
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }
}
