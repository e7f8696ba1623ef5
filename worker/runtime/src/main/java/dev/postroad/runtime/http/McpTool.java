package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.access.Role;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A tool that there is besides the graphs: it looks at runs, or steers one as a control message does. */
enum McpTool {
    RUN(Role.READER, "The status of a run, and its state now or at a version", "runId!text version:whole"),
    RUNS(Role.READER, "The newest runs, or those of a graph or of a status", "graph:text status:text"),
    WAITING(Role.READER, "The questions that runs wait for people to answer", "graph:text assignee:text"),
    RESUME(
            Role.OPERATOR,
            "Answers a question of a run that waits; task only where several wait",
            "runId!text value!any task:text"),
    RETRY(Role.OPERATOR, "Repeats what failed of a run, and only that", "runId!text"),
    ROLLBACK(
            Role.OPERATOR,
            "Takes a run back to an earlier version of its state, and with resume on from there",
            "runId!text version!whole resume:truth"),
    CANCEL(Role.OPERATOR, "Stops a run and keeps what is finished", "runId!text reason:text");

    /** Graphs may have any name; these begin with what is hardly one's. */
    private static final String PREFIX = "postroad_";

    private final Role least;
    private final String description;
    private final String parameters;

    McpTool(Role least, String description, String parameters) {
        this.least = least;
        this.description = description;
        this.parameters = parameters;
    }

    /** Its parameters are written as a name, {@code !} where it has to be there or {@code :} where it may, and a type. */
    ObjectNode schema() {
        ObjectNode schema = Json.nodes().objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = Json.nodes().arrayNode();
        for (String parameter : List.of(parameters.split(" ", -1))) {
            int end = Math.max(parameter.indexOf('!'), parameter.indexOf(':'));
            String name = parameter.substring(0, end);
            ObjectNode property = properties.putObject(name);
            switch (parameter.substring(end + 1)) {
                case "text" -> property.put("type", "string");
                case "whole" -> property.put("type", "integer").put("minimum", 0);
                case "truth" -> property.put("type", "boolean");
                default -> property.put("description", "any JSON");
            }
            if (parameter.charAt(end) == '!') {
                required.add(name);
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        return schema.put("additionalProperties", false);
    }

    static Optional<McpTool> named(String name) {
        return Arrays.stream(values())
                .filter(tool -> tool.publicName().equals(name))
                .findFirst();
    }

    String publicName() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** The type of the control message that it sends, where it sends one. */
    String controlType() {
        return name().toLowerCase(Locale.ROOT);
    }

    Role least() {
        return least;
    }

    /** Whether it changes nothing. */
    boolean isLook() {
        return least == Role.READER;
    }

    ObjectNode tree() {
        ObjectNode tree = Json.nodes().objectNode().put("name", publicName()).put("description", description);
        tree.set("inputSchema", schema());
        tree.putObject("annotations").put("readOnlyHint", isLook()).put("destructiveHint", this == CANCEL);
        return tree;
    }
}
