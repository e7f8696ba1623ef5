package dev.postroad.runtime.journal;

/** The journal cannot be reached, and the writer was told to stop trying. */
public final class JournalUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    JournalUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
