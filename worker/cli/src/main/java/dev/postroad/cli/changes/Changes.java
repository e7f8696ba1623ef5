package dev.postroad.cli.changes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.GraphDefinition;
import dev.postroad.contracts.definition.LiteralSecrets;
import dev.postroad.contracts.definition.PriceDefinition;
import dev.postroad.contracts.definition.ScheduleDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What was added to a definition (+), removed from it (-) and changed in it (~), a line each. */
public final class Changes {
    private static final Set<String> SAID_OTHERWISE = Set.of("graph", "agent", "version", "state", "nodes", "edges");

    private Changes() {}

    /** The lines, in the order of the definition's parts; none where the two say the same. */
    public static List<String> between(Definition before, Definition after) {
        List<String> lines = new ArrayList<>();
        if (before instanceof GraphDefinition old && after instanceof GraphDefinition graph) {
            lines.addAll(
                    named("channel", old.source().path("state"), graph.source().path("state")));
            lines.addAll(
                    named("node", old.source().path("nodes"), graph.source().path("nodes")));
            lines.addAll(EdgeChanges.between(old.edges(), graph.edges()));
        }
        Set<String> rest = names(before.source(), after.source());
        rest.removeAll(
                switch (after) {
                    case AgentDefinition _ -> Set.of("agent");
                    case ScheduleDefinition _ -> Set.of("schedule");
                    case PriceDefinition _ -> Set.of("price");
                    case GraphDefinition _ -> SAID_OTHERWISE;
                });
        ObjectNode old = LiteralSecrets.masked(before.source());
        ObjectNode now = LiteralSecrets.masked(after.source());
        rest.forEach(field -> lines.addAll(field(field, old, now)));
        return lines;
    }

    private static List<String> named(String kind, JsonNode before, JsonNode after) {
        List<String> lines = new ArrayList<>();
        for (String name : names(before, after)) {
            String what = kind + " " + name;
            if (!before.has(name)) {
                lines.add("+ " + what + Values.after(": ", after.path(name)));
            } else if (!after.has(name)) {
                lines.add("- " + what);
            } else if (!before.path(name).equals(after.path(name))) {
                lines.add("~ " + what + ": " + fields(before.path(name), after.path(name)));
            }
        }
        return lines;
    }

    private static List<String> field(String field, ObjectNode before, ObjectNode after) {
        if (!before.has(field)) {
            return List.of("+ " + field + Values.after(": ", after.path(field)));
        }
        if (!after.has(field)) {
            return List.of("- " + field);
        }
        return before.path(field).equals(after.path(field))
                ? List.of()
                : List.of("~ " + field + ": " + Values.change(before.path(field), after.path(field)));
    }

    /** What differs between two objects, or else the two. */
    private static String fields(JsonNode before, JsonNode after) {
        if (!before.isObject() || !after.isObject()) {
            return Values.change(before, after);
        }
        List<String> parts = new ArrayList<>();
        for (String name : names(before, after)) {
            if (!before.has(name)) {
                parts.add("+" + name + Values.after(" ", after.path(name)));
            } else if (!after.has(name)) {
                parts.add("-" + name);
            } else if (!before.path(name).equals(after.path(name))) {
                parts.add(name + " " + Values.change(before.path(name), after.path(name)));
            }
        }
        return String.join(", ", parts);
    }

    /** Those of the one, and then those that only the other has. */
    private static Set<String> names(JsonNode before, JsonNode after) {
        Set<String> names = new LinkedHashSet<>();
        Stream.of(after, before).forEach(node -> node.fieldNames().forEachRemaining(names::add));
        return names;
    }
}
