package dev.postroad.runtime.history.definitions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.LiteralSecrets;
import dev.postroad.runtime.history.rows.JsonFields;

/** Writes graphs and agents as the JSON that commands print and HTTP answers: times as ISO-8601, no nulls. */
public final class DefinitionJson {
    private DefinitionJson() {}

    /** A graph and the numbers of its versions. */
    public static ObjectNode tree(GraphVersions graph) {
        ObjectNode json = JsonFields.object().put("name", graph.name());
        ArrayNode versions = json.putArray("versions");
        graph.versions().forEach(versions::add);
        return json.put("newest", graph.versions().getLast());
    }

    /** A version of a graph. */
    public static ObjectNode tree(PublishedGraph graph) {
        ObjectNode json = JsonFields.object().put("name", graph.name()).put("version", graph.version());
        json.set("definition", graph.definition());
        return json;
    }

    /** An agent. */
    public static ObjectNode tree(PublishedAgent agent) {
        PublishedAgent.Disabled disabled = agent.disabled();
        ObjectNode json = JsonFields.object()
                .put("name", agent.name())
                .put("kind", agent.kind())
                .put("enabled", disabled == null);
        if (disabled != null) {
            JsonFields.put(json, "disabledBy", disabled.by());
            JsonFields.put(json, "disabledReason", disabled.reason());
            JsonFields.put(json, "disabledAt", disabled.at());
            JsonFields.put(json, "probeAt", disabled.probeAt());
        }
        ObjectNode breaker =
                json.putObject("breaker").put("state", agent.breaker().state());
        JsonFields.put(breaker, "until", agent.breaker().until());
        if (agent.lastError() != null) {
            ObjectNode error = agent.lastError().error().deepCopy();
            JsonFields.put(error, "at", agent.lastError().at());
            json.set("lastError", error);
        }
        json.set("definition", LiteralSecrets.masked(agent.definition()));
        return json;
    }
}
