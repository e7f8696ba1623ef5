package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An agent.
 *
 * @param disabledReason null where it is enabled, or nobody said why
 * @param definition as its author wrote it: secrets stand in it as the names of variables
 */
public record PublishedAgent(
        String name, String kind, boolean enabled, @Nullable String disabledReason, ObjectNode definition) {}
