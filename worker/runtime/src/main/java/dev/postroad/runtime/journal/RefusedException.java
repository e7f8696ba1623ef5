package dev.postroad.runtime.journal;

import java.sql.SQLException;

/** Postgres does not take a batch, and something in it may be to blame. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean certain;

    /** @param certain whether it is surely what is in the batch */
    RefusedException(SQLException cause, boolean certain) {
        super(cause);
        this.certain = certain;
    }

    boolean isCertain() {
        return certain;
    }
}
