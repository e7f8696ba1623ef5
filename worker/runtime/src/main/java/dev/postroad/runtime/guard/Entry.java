package dev.postroad.runtime.guard;

import java.time.Instant;

/** What a call is told at the guard. */
public sealed interface Entry {
    /**
     * It may be made.
     *
     * @param pass to be given back when it has been
     */
    record Entered(Pass pass) implements Entry {}

    /**
     * It had to wait too long.
     *
     * @param type the kind of error, as retry policies match it
     * @param message for people
     */
    record Busy(String type, String message) implements Entry {}

    /**
     * The agent cannot be called.
     *
     * @param reason for people
     * @param until when to ask again
     */
    record Unavailable(String reason, Instant until) implements Entry {}
}
