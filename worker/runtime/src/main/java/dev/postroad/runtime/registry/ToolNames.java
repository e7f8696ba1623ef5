package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.engine.graph.Library;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks whether the tools of an agent are there. */
final class ToolNames {
    private ToolNames() {}

    /** What is wrong with them; an agent may be a tool of its own. */
    static List<Fault> faults(AgentDefinition agent, Library library) {
        List<Fault> faults = FaultList.ofDefinitions();
        JsonNode tools = agent.source().path("tools");
        for (int i = 0; agent.kind() == AgentDefinition.Kind.LLM && i < tools.size(); i++) {
            JsonNode tool = tools.get(i);
            String place = "tools[" + i + "]" + (tool.isTextual() ? "" : tool.has("graph") ? ".graph" : ".agent");
            String missing = tool.has("graph")
                    ? missingGraph(tool, library)
                    : missingAgent(
                            tool.isTextual()
                                    ? tool.asText()
                                    : tool.path("agent").asText(),
                            agent,
                            library);
            if (missing != null) {
                faults.add(new Fault(place, missing, "publish it first, or name one that is there"));
            }
        }
        return faults;
    }

    private static @Nullable String missingAgent(String name, AgentDefinition agent, Library library) {
        return name.equals(agent.name()) || library.hasAgent(name) ? null : "there is no agent " + name;
    }

    private static @Nullable String missingGraph(JsonNode tool, Library library) {
        String name = tool.path("graph").asText();
        Integer version =
                tool.has("version") ? Integer.valueOf(tool.path("version").asInt()) : null;
        return library.graph(name, version) == null
                ? "there is no graph " + name + (version == null ? "" : " version " + version)
                : null;
    }
}
