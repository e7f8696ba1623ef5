package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.Limits;
import dev.postroad.contracts.definition.NodeDefinition;
import dev.postroad.contracts.definition.Scheduling;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A graph by chance, as it is published; what it waits for is fifty times as short as in a simulation. */
@NullMarked
public final class RandomDefinition {
    private static final int HASTE = 50;

    private RandomDefinition() {}

    /** The graph, whose agents are all of one name; it may have the graph {@link #inside} inside. */
    public static ObjectNode of(RandomGenerator random, String name, String agent) {
        GraphDefinition definition = RandomGraph.definition(random);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("graph", name);
        ObjectNode state = json.putObject("state");
        definition
                .channels()
                .values()
                .forEach(channel -> state.putObject(channel.name())
                        .put("reducer", channel.reducer().publicName()));
        ObjectNode nodes = json.putObject("nodes");
        definition.nodes().values().forEach(node -> nodes.set(node.name(), node(node, agent)));
        ArrayNode edges = json.putArray("edges");
        definition.edges().forEach(edge -> edges.add(edge(edge)));
        json.set("limits", limits(definition.limits()));
        json.put("schedule", definition.scheduling() == Scheduling.EAGER ? "eager" : "steps");
        return json;
    }

    /** The text of the graph that those made by chance may have inside. */
    public static String inside(String agent) {
        return RandomGraph.INSIDE.replace("agent: x", "agent: " + agent);
    }

    private static ObjectNode node(NodeDefinition node, String agent) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (node.work()) {
            case NodeDefinition.ByAgent _ -> json.put("agent", agent);
            case NodeDefinition.BySet(String writes) -> json.put("set", writes);
            case NodeDefinition.ByGraph(String graph, Integer _) -> json.put("graph", graph);
            case NodeDefinition.ByInterrupt(String question, var ignored) -> json.put("interrupt", question);
            case NodeDefinition.BySleep(String until) -> json.put("sleep", until);
        }
        put(json, "input", node.input());
        put(json, "output", node.output());
        put(json, "onError", node.onError());
        Integer attempts = node.retry().maxAttempts();
        Duration backoff = node.retry().backoff();
        if (attempts != null && backoff != null) {
            json.putObject("retry")
                    .put("maxAttempts", attempts)
                    .put("backoff", backoff.dividedBy(HASTE).toString());
        }
        if (node.defer()) {
            json.put("defer", true);
        }
        return json;
    }

    private static ObjectNode edge(EdgeDefinition edge) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.set("from", names(edge.from()));
        json.set("to", names(edge.to()));
        put(json, "when", edge.when());
        put(json, "forEach", edge.forEach());
        if (edge.otherwise()) {
            json.put("otherwise", true);
        }
        return json;
    }

    private static ArrayNode names(List<String> names) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        names.forEach(array::add);
        return array;
    }

    private static ObjectNode limits(Limits limits) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("supersteps", limits.supersteps())
                .put("concurrency", limits.concurrency());
        if (limits.runs() != null) {
            json.put("runs", limits.runs());
        }
        return json;
    }

    private static void put(ObjectNode json, String name, @Nullable String text) {
        if (text != null) {
            json.put(name, text);
        }
    }
}
