package dev.postroad.runtime.answers;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.json.Json;

/** What a graph takes, for those who call it as a tool. */
public final class GraphInput {
    private GraphInput() {}

    /** What its author says of it; empty where that is nothing. */
    public static String description(GraphDefinition graph) {
        return graph.source().path("description").asText("");
    }

    /** The JSON Schema of an input. Channels may hold anything, so their names are all that can be said of one. */
    public static ObjectNode schema(GraphDefinition graph) {
        ObjectNode schema = Json.nodes().objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        graph.channels().keySet().forEach(channel -> {
            String said = graph.source()
                    .path("state")
                    .path(channel)
                    .path("description")
                    .asText("");
            ObjectNode property = properties.putObject(channel);
            if (!said.isEmpty()) {
                property.put("description", said);
            }
        });
        return schema.put("additionalProperties", false);
    }
}
