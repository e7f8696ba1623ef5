package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The nodes before or after which one run pauses: each by its name, one of a graph inside by the names on the way to it,
 * such as {@code research/draft}, and all nodes of a graph as {@code *} or {@code research/*}.
 *
 * @param before in order, each once
 * @param after in order, each once
 */
public record Breakpoints(List<String> before, List<String> after) {
    /** Pauses nowhere. */
    public static final Breakpoints NONE = new Breakpoints(List.of(), List.of());

    /** Stands for all nodes of a graph. */
    public static final String ALL = "*";

    /** Makes copies of the lists, in order. */
    public Breakpoints {
        before = List.copyOf(new TreeSet<>(before));
        after = List.copyOf(new TreeSet<>(after));
    }

    /** Whether a run pauses nowhere. */
    public boolean isEmpty() {
        return before.isEmpty() && after.isEmpty();
    }

    /**
     * Whether names find a node.
     *
     * @param inside where the node's graph is: empty for the run's own, else the names on the way and a slash
     */
    public static boolean find(Collection<String> names, String inside, String node) {
        return names.contains(inside + node) || names.contains(inside + ALL);
    }

    /** Those of two lists as {@link #put(ObjectNode)} writes them, either of which may be missing. */
    public static Breakpoints of(@Nullable JsonNode before, @Nullable JsonNode after) {
        return before == null && after == null ? NONE : new Breakpoints(names(before), names(after));
    }

    private static List<String> names(@Nullable JsonNode list) {
        List<String> names = new ArrayList<>();
        if (list != null) {
            list.forEach(name -> names.add(name.asText()));
        }
        return names;
    }

    /**
     * Reads two fields, each a name or a list of names, which may be empty.
     *
     * @return null where none of them is there
     */
    static @Nullable Breakpoints read(Fields fields, String before, String after) {
        return fields.has(before) || fields.has(after)
                ? new Breakpoints(names(fields, before), names(fields, after))
                : null;
    }

    private static List<String> names(Fields fields, String field) {
        JsonNode value = fields.tree(field);
        if (value == null || (value.isArray() && value.isEmpty())) {
            return List.of();
        }
        List<String> names = new ArrayList<>(fields.texts(field));
        if (names.removeIf(String::isEmpty)) {
            fields.fault(field, "has an empty name", "name a node, or " + ALL + " for all");
        }
        return names;
    }

    /** Writes those lists that are not empty. */
    public void put(ObjectNode json, String beforeField, String afterField) {
        if (!before.isEmpty()) {
            put(json, beforeField, before);
        }
        if (!after.isEmpty()) {
            put(json, afterField, after);
        }
    }

    /** Writes both lists, as {@code before} and {@code after}. */
    public void put(ObjectNode json) {
        put(json, "before", before);
        put(json, "after", after);
    }

    private static void put(ObjectNode json, String field, List<String> names) {
        ArrayNode array = json.putArray(field);
        names.forEach(array::add);
    }
}
