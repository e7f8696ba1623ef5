package dev.postroad.engine.graph;

/** Writes to one channel do not go together. */
public final class ConflictException extends Exception {
    private static final long serialVersionUID = 1L;

    ConflictException(String message) {
        super(message);
    }
}
