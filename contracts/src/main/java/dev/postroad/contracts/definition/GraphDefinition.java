package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A graph as its author wrote it; its parts are well-formed, but need not fit together.
 *
 * @param version the version that it is to be published as; null for the next
 * @param channels in the order in which they were written
 * @param nodes in the order in which they were written
 * @param queue how its runs wait for one another
 * @param budget what their agents may spend; null for no limit
 * @param scheduling when its nodes start
 * @param interruptBefore the nodes before which a run waits to be resumed
 * @param interruptAfter the nodes after which a run waits to be resumed
 */
public record GraphDefinition(
        String name,
        @Nullable Integer version,
        Map<String, ChannelDefinition> channels,
        Map<String, NodeDefinition> nodes,
        List<EdgeDefinition> edges,
        Limits limits,
        QueueSettings queue,
        @Nullable BudgetSettings budget,
        Scheduling scheduling,
        Interrupts interruptBefore,
        Interrupts interruptAfter,
        ObjectNode source)
        implements Definition {

    public GraphDefinition {
        channels = Collections.unmodifiableMap(new LinkedHashMap<>(channels));
        nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
        edges = List.copyOf(edges);
    }

    @Override
    public String registryKey() {
        return "graph/" + name;
    }
}
