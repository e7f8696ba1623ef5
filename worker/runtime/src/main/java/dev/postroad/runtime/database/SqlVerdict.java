package dev.postroad.runtime.database;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an error of Postgres mostly says of the statement that it ended, by its SQLSTATE. Of any but what is refused only
 * what becomes of other statements can tell for sure.
 *
 * <table>
 * <caption>All classes of the appendix "PostgreSQL Error Codes"; a state goes before its class</caption>
 * <tr><th>verdict</th><th>states</th></tr>
 * <tr><td>{@link #PASSING}</td><td>none (the driver's own), 08 connection, 25 transaction state (but 25006), 26 unknown
 *     prepared statement and 42P05 known one (a pooler), 40 rollback, 55P03 lock, 57 shut down and timed out (but 57014 and
 *     57P04), 72 snapshot</td></tr>
 * <tr><td>{@link #DOUBTFUL}</td><td>57014 cancelled or out of time, 53200 out of memory, 23505 unique (a batch that is
 *     sent again may meet itself), 0A not supported (a plan that is out of date), 58 system, P0 raised by a trigger, XX
 *     internal, and every class that is not named here</td></tr>
 * <tr><td>{@link #REFUSED}</td><td>21 and 22 data, 23 constraint, 44 check option, 54 limit of the program</td></tr>
 * <tr><td>{@link #SITE}</td><td>25006 read-only, 28 user or password, 3D and 57P04 database, 3F schema, 42 privilege, table,
 *     column, 53 disk, connections, 55 state of an object, F0 configuration</td></tr>
 * </table>
 */
public enum SqlVerdict {
    /** The connection is of no use, or the moment is wrong: connect anew and try again. */
    PASSING,
    /** The statement may be at fault: connect anew and try again a few times, then look for what in it is to blame. */
    DOUBTFUL,
    /** What is in the statement is at fault: it will not be taken, however often it is sent. */
    REFUSED,
    /** All statements fare the same until somebody mends it: connect anew and try again, with pauses. */
    SITE;

    private static final String DISK_FULL = "53100";

    private static final Set<String> AWAY = Set.of("08", "25", "40", "53", "55", "57", "58");

    /** The verdict on an error, or on what caused it. */
    public static SqlVerdict of(Throwable failed) {
        return ofState(state(failed));
    }

    /**
     * Whether the server or the way to it is to blame, so that the very same may go well later: there is no connection, the
     * server stops, has no room or failed, another holds a lock, or it took too long. False where it was no error of SQL.
     */
    public static boolean isAway(Throwable failed) {
        boolean isOfSql = false;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLTransientException) {
                return true;
            }
            isOfSql |= cause instanceof SQLException;
        }
        String state = state(failed);
        return state == null ? isOfSql : AWAY.contains(state.substring(0, Math.min(2, state.length())));
    }

    /** Whether there is no room: then small statements may fare well where larger ones do not. */
    public static boolean isFull(Throwable failed) {
        return DISK_FULL.equals(state(failed));
    }

    /** The SQLSTATE of an error or the nearest cause that has one; null where none has. */
    static @Nullable String state(Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return null;
    }

    private static SqlVerdict ofState(@Nullable String state) {
        if (state == null || state.length() < 2) {
            return PASSING;
        }
        return switch (state) {
            case "25006", "57P04" -> SITE;
            case "42P05", "55P03" -> PASSING;
            case "57014", "53200", "23505" -> DOUBTFUL;
            default -> ofClass(state.substring(0, 2));
        };
    }

    private static SqlVerdict ofClass(String group) {
        return switch (group) {
            case "08", "25", "26", "40", "57", "72" -> PASSING;
            case "21", "22", "23", "44", "54" -> REFUSED;
            case "28", "3D", "3F", "42", "53", "55", "F0" -> SITE;
            default -> DOUBTFUL;
        };
    }
}
