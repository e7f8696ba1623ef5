package dev.postroad.engine.run;

import dev.postroad.contracts.json.Shown;
import org.jspecify.annotations.Nullable;

/** What somebody gave cannot be taken; says why. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** It may quote what was given. */
    private static final int LONGEST_MESSAGE = 10_000;

    private final transient RunError error;

    RefusedException(String type, String message) {
        this(new RunError(type, Shown.cut(message, LONGEST_MESSAGE), null), null);
    }

    RefusedException(String type, Exception cause) {
        this(new RunError(type, Shown.cut(String.valueOf(cause.getMessage()), LONGEST_MESSAGE), null), cause);
    }

    private RefusedException(RunError error, @Nullable Exception cause) {
        super(error.message(), cause);
        this.error = error;
    }

    RunError error() {
        return error;
    }
}
