package dev.postroad.runtime.observe;

/** A server did not answer, or not well; the message says how. */
public final class UnansweredException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param how what is wrong, for operators */
    UnansweredException(String how, Throwable cause) {
        super(how, cause);
    }

    UnansweredException(Throwable cause) {
        super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
