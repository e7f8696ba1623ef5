package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A graph, an agent, a schedule or a price, as its author wrote it. */
public sealed interface Definition permits GraphDefinition, AgentDefinition, ScheduleDefinition, PriceDefinition {
    /** The name. */
    String name();

    /** The key of its record on the registry topic, such as {@code graph/product-launch}. */
    String registryKey();

    /** The definition as it was written; must not be changed. */
    ObjectNode source();
}
