package dev.postroad.runtime.agent.attempt;

import java.io.IOException;

/** An address may not be called from this worker, however often it is tried. */
public final class OutOfReachException extends IOException {
    private static final long serialVersionUID = 1L;

    OutOfReachException(String problem) {
        super(problem);
    }
}
