package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One version of a graph, known to be sound. Immutable and thread-safe.
 *
 * @param version from 1
 * @param routes where each node leads; END is left out
 * @param joinsOf the joins that each node contributes to
 * @param depth 1, and one more for each graph inside a graph inside this one
 * @param memoryless whether each superstep follows from the last alone: no join collects, and no node is deferred
 */
public record Graph(
        String name,
        int version,
        Map<String, Channel> channels,
        Map<String, Node> nodes,
        Routes entry,
        Map<String, Routes> routes,
        List<Join> joins,
        Map<String, List<Join>> joinsOf,
        Limits limits,
        Interrupts interruptBefore,
        Interrupts interruptAfter,
        int depth,
        boolean memoryless) {

    /** How deep graphs may be nested. */
    public static final int MAX_DEPTH = 10;

    /** The node of a name that is known to exist. */
    public Node node(String node) {
        return Objects.requireNonNull(nodes.get(node), () -> "graph " + name + " has no node " + node);
    }

    /** The state before any write. */
    public ObjectNode initialState() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        channels.values().forEach(channel -> {
            if (channel.initial() != null) {
                state.set(channel.name(), channel.initial());
            }
        });
        return state;
    }

    /** Why the channels cannot take these writes, naming each offender; null where they can. */
    public @Nullable String refusal(ObjectNode writes) {
        List<String> refusals = new ArrayList<>(0);
        for (Map.Entry<String, JsonNode> write : writes.properties()) {
            String refusal = refusal(write.getKey(), write.getValue());
            if (refusal != null) {
                refusals.add(refusal);
            }
        }
        return refusals.isEmpty() ? null : String.join("; ", refusals);
    }

    private @Nullable String refusal(String name, JsonNode value) {
        Channel channel = channels.get(name);
        if (channel == null) {
            return "there is no channel " + name + " in graph " + this.name + "; its channels are "
                    + String.join(", ", channels.keySet());
        }
        String refusal = channel.refusal(value);
        return refusal == null ? null : "channel " + name + " cannot take " + value.getNodeType() + ": " + refusal;
    }
}
