package dev.postroad.embedded;

import org.jspecify.annotations.Nullable;

/** An embedded server could not be started, or could not be stopped; the message says what to do about it. */
public final class EmbeddedServerException extends RuntimeException {
    EmbeddedServerException(String message) {
        this(message, null);
    }

    EmbeddedServerException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** For a wait that was interrupted: restores the interrupt, which the caller's caller must see. */
    static EmbeddedServerException interrupted(String during, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new EmbeddedServerException("Interrupted while " + during, cause);
    }
}
