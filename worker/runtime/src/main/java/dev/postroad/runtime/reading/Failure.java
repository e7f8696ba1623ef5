package dev.postroad.runtime.reading;

import dev.postroad.runtime.background.Memory;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;

/** What a failure says of the record that was dealt with. */
enum Failure {
    /** A server is away or refuses everything for now: the record is as good as before. */
    OUTAGE,

    /** It may be the server or the record: worth a few tries. */
    DOUBTFUL,

    /** The record cannot be dealt with, however often it is tried. */
    BAD_RECORD;

    /** Classes of Postgres's error codes: connection, rights and tables that are not there, insufficient resources. */
    private static final Set<String> AWAY = Set.of("08", "28", "3D", "42", "53");

    /** Roll-backs, objects in use, cancelled statements, input and output, internal errors. */
    private static final Set<String> PERHAPS = Set.of("25", "40", "55", "57", "58", "XX");

    private static final String SHUT_DOWN = "57P";
    private static final String READ_ONLY = "25006";
    private static final int MOST_CAUSES = 20;

    static Failure of(Throwable failure) {
        // Nothing can be relied on any more, a dead letter least of all.
        Memory.passOnIfShort(failure);
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof SQLException sql) {
                return ofSql(sql);
            }
            if (cause instanceof RetriableException || cause instanceof AuthorizationException) {
                return OUTAGE;
            }
            cause = cause.getCause();
        }
        return BAD_RECORD;
    }

    /** What is said of a failure: in one line, and without what was to be stored. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof SQLException) {
                return firstLine(cause);
            }
            cause = cause.getCause();
        }
        return firstLine(failure);
    }

    private static String firstLine(Throwable failure) {
        String text = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return failure.getClass().getSimpleName() + ": " + text;
    }

    private static Failure ofSql(SQLException failure) {
        if (failure instanceof SQLTransientConnectionException || failure instanceof SQLRecoverableException) {
            return OUTAGE;
        }
        String state = failure.getSQLState();
        if (state == null || state.length() < 2) {
            return DOUBTFUL;
        }
        String kind = state.substring(0, 2);
        if (AWAY.contains(kind) || state.startsWith(SHUT_DOWN) || state.equals(READ_ONLY)) {
            return OUTAGE;
        }
        return PERHAPS.contains(kind) ? DOUBTFUL : BAD_RECORD;
    }
}
