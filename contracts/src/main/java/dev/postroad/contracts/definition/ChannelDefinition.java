package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One top-level key of the state.
 *
 * @param initial the value before any write, JSON null included; null for the reducer's own start
 * @param expression CEL over {@code old} and {@code new}, for {@link Reducer#EXPRESSION}; null for any other
 */
public record ChannelDefinition(
        String name,
        Reducer reducer,
        @Nullable JsonNode initial,
        @Nullable String expression) {
    /** A channel with one of the named reducers. */
    public ChannelDefinition(String name, Reducer reducer, @Nullable JsonNode initial) {
        this(name, reducer, initial, null);
    }
}
