package dev.postroad.engine.run;

/** What somebody gave cannot be taken; says why. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient RunError error;

    RefusedException(String type, String message) {
        super(message);
        this.error = new RunError(type, message, null);
    }

    RefusedException(String type, Exception cause) {
        super(cause.getMessage(), cause);
        this.error = new RunError(type, String.valueOf(cause.getMessage()), null);
    }

    RunError error() {
        return error;
    }
}
