package dev.postroad.runtime.history.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An agent, and whether it is called.
 *
 * @param disabled null where it is enabled
 * @param lastError how the last call failed that did; null where none has
 * @param definition as its author wrote it: secrets stand in it as the names of variables
 */
public record PublishedAgent(
        String name,
        String kind,
        @Nullable Disabled disabled,
        Breaker breaker,
        @Nullable LastError lastError,
        ObjectNode definition) {
    /**
     * Who disabled it.
     *
     * @param by {@code person} or {@code system}; null, as {@code at}, where that was not noted
     * @param reason null where nobody said why
     * @param probeAt when a call may try it all the same; null where it must be enabled
     */
    public record Disabled(
            @Nullable String by,
            @Nullable String reason,
            @Nullable Instant at,
            @Nullable Instant probeAt) {}

    /**
     * How its circuit breaker stands.
     *
     * @param state {@code closed}, {@code open} or {@code half-open}
     * @param until of an open one: when calls are let through to see; null for a closed one
     */
    public record Breaker(String state, @Nullable Instant until) {}

    /** A failed call, with the type and the message of its error. */
    public record LastError(ObjectNode error, Instant at) {}
}
