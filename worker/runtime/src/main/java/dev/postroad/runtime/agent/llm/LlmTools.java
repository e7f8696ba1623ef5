package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.ToolCalls;
import dev.postroad.runtime.answers.JsonSchemas;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tools that a model may call.
 *
 * @param maxCalls how many calls it may make in one task
 */
record LlmTools(List<LlmTool> tools, int maxCalls) {
    static final List<String> FIELDS = List.of("tools", "maxToolCalls");

    /** As many as LangGraph takes steps, where nobody says otherwise. */
    static final int DEFAULT_CALLS = 25;

    private static final int MOST_CALLS = 1_000;
    private static final int MOST_TOOLS = 128;
    private static final Set<String> KNOWN = Set.of("agent", "graph", "version", "name", "description", "parameters");

    private static final Pattern OTHERS = Pattern.compile("[^A-Za-z0-9_-]");

    static LlmTools read(Fields fields) {
        List<LlmTool> tools = new ArrayList<>();
        JsonNode said = fields.tree("tools");
        if (said != null && !said.isArray()) {
            fields.fault("tools", "is no list", "list agents by their names, or as { agent: … } and { graph: … }");
        } else if (said != null) {
            for (int i = 0; i < said.size() && i < MOST_TOOLS; i++) {
                LlmTool tool = tool(fields, i, said.get(i));
                if (tool != null) {
                    tools.add(tool);
                }
            }
            checkNames(fields, tools);
        }
        if (said != null && said.size() > MOST_TOOLS) {
            fields.fault("tools", "lists " + said.size() + " tools", "list at most " + MOST_TOOLS);
        }
        Integer maxCalls = fields.whole("maxToolCalls", 1, MOST_CALLS);
        return new LlmTools(List.copyOf(tools), Objects.requireNonNullElse(maxCalls, DEFAULT_CALLS));
    }

    private static @Nullable LlmTool tool(Fields fields, int index, JsonNode said) {
        if (said.isTextual()) {
            return new LlmTool(name(said.textValue()), LlmTool.Kind.AGENT, said.textValue(), null, null, null);
        }
        Fields own = fields.element("tools", index, said);
        own.onlyKnown(KNOWN);
        String agent = own.text("agent");
        String graph = own.text("graph");
        if ((agent == null) == (graph == null)) {
            own.fault("", "names neither an agent nor a graph, or both", "say one of the two");
            return null;
        }
        if (agent != null && own.has("version")) {
            own.fault("version", "is of graphs alone", "leave it out");
        }
        String target = Objects.requireNonNullElse(agent, Objects.requireNonNullElse(graph, ""));
        String name = own.text("name", ToolCalls.NAME, "1 to 64 of A-Z a-z 0-9 _ -");
        ObjectNode parameters = own.objectOf("parameters");
        String flaw = parameters == null ? null : JsonSchemas.INSTANCE.flaw(parameters);
        if (flaw != null) {
            own.fault("parameters", "cannot be used: " + flaw, "give a schema that arguments can be held against");
        }
        return new LlmTool(
                name == null ? name(target) : name,
                agent == null ? LlmTool.Kind.GRAPH : LlmTool.Kind.AGENT,
                target,
                own.whole("version", 1, Integer.MAX_VALUE),
                own.text("description"),
                parameters);
    }

    /** Providers take no dots. */
    private static String name(String target) {
        return OTHERS.matcher(target).replaceAll("_");
    }

    private static void checkNames(Fields fields, List<LlmTool> tools) {
        Set<String> names = new HashSet<>();
        for (LlmTool tool : tools) {
            if (!names.add(tool.name())) {
                fields.fault(
                        "tools", "has two of the name " + Fields.quoted(tool.name()), "name one of them otherwise");
            }
        }
    }
}
