package dev.postroad.runtime.history.rows;

import org.jspecify.annotations.Nullable;

/** What is stored of a run does not fit together, or was stored by a newer version of Postroad. */
public final class CorruptHistoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorruptHistoryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
