package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A graph, an agent or a schedule, as its author wrote it. */
public sealed interface Definition permits GraphDefinition, AgentDefinition, ScheduleDefinition {
    /** The name. */
    String name();

    /** The key of its record on the registry topic, such as {@code graph/product-launch}. */
    String registryKey();

    /** The definition as it was written; must not be changed. */
    ObjectNode source();
}
