package dev.postroad.cli.changes;

import dev.postroad.contracts.definition.EdgeDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells edges apart, which have no names: by their ends, and then by the rest. */
final class EdgeChanges {
    private EdgeChanges() {}

    static List<String> between(List<EdgeDefinition> before, List<EdgeDefinition> after) {
        List<EdgeDefinition> removed = new ArrayList<>(before);
        List<EdgeDefinition> added = new ArrayList<>();
        after.stream().filter(edge -> !removed.remove(edge)).forEach(added::add);
        List<String> lines = new ArrayList<>();
        for (EdgeDefinition edge : added) {
            Optional<EdgeDefinition> old = removed.stream()
                    .filter(other -> ends(other).equals(ends(edge)))
                    .findFirst();
            old.ifPresent(removed::remove);
            lines.add(old.map(other -> "~ edge " + ends(edge) + ": " + Values.change(said(other), said(edge)))
                    .orElseGet(() -> "+ edge " + whole(edge)));
        }
        removed.forEach(edge -> lines.add("- edge " + whole(edge)));
        return lines;
    }

    private static String ends(EdgeDefinition edge) {
        return String.join(", ", edge.from()) + " → " + String.join(", ", edge.to());
    }

    private static String whole(EdgeDefinition edge) {
        String said = said(edge);
        return ends(edge) + (said.equals("always") ? "" : " " + Values.cut(said));
    }

    private static String said(EdgeDefinition edge) {
        String said = (edge.otherwise() ? "otherwise" : "")
                + part("when", edge.when())
                + part(" forEach", edge.forEach())
                + part(" as", edge.as());
        return said.isEmpty() ? "always" : said.strip();
    }

    private static String part(String name, @Nullable String value) {
        return value == null ? "" : name + " " + value;
    }
}
