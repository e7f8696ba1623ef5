package dev.postroad.runtime.agent.attempt;

import java.io.IOException;

/**
 * The server hung up on a connection that had served before, as soon as something was sent on it and before any answer: as
 * good as always it did so on a connection at rest, and has seen nothing of the request.
 */
public final class HungUpException extends IOException {
    private static final long serialVersionUID = 1L;

    HungUpException(IOException broken) {
        super(broken.getMessage(), broken);
    }
}
