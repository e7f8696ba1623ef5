package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * One top-level key of the state.
 *
 * @param initial the value before any write; null for the reducer's own start
 */
public record ChannelDefinition(
        String name, Reducer reducer, @Nullable JsonNode initial) {}
