package dev.postroad.runtime.agent.attempt;

import java.io.IOException;

/**
 * The server hung up on a connection that had served before, within a second of a request and before any answer: mostly it
 * did so while the connection was at rest, and has seen nothing of the request; it may also have broken down over it.
 */
public final class HungUpException extends IOException {
    private static final long serialVersionUID = 1L;

    HungUpException(IOException broken) {
        super(broken.getMessage(), broken);
    }
}
