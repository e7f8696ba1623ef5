package dev.postroad.cli.differences;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.differences.Difference.Added;
import dev.postroad.cli.differences.Difference.Changed;
import dev.postroad.cli.differences.Difference.Removed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds what differs, as deep inside as it can be told: fields by their names, elements of a list by their places once what
 * the two lists begin and end with alike is left out.
 */
final class Differences {
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    private final List<Difference> found = new ArrayList<>();

    private Differences() {}

    /** By channel; without those that are the same. */
    static Map<String, List<Difference>> byChannel(ObjectNode before, ObjectNode after) {
        Map<String, List<Difference>> channels = new LinkedHashMap<>();
        for (String channel : names(before, after)) {
            Differences differences = new Differences();
            differences.field("", before.get(channel), after.get(channel));
            if (!differences.found.isEmpty()) {
                channels.put(channel, differences.found);
            }
        }
        return channels;
    }

    /** Those of the one, and then those that only the other has. */
    private static Set<String> names(JsonNode before, JsonNode after) {
        Set<String> names = new LinkedHashSet<>();
        Stream.of(before, after).forEach(node -> node.fieldNames().forEachRemaining(names::add));
        return names;
    }

    private void field(String path, @Nullable JsonNode before, @Nullable JsonNode after) {
        if (before == null && after != null) {
            found.add(new Added(path, after));
        } else if (before != null && after == null) {
            found.add(new Removed(path, before));
        } else if (before != null && after != null) {
            values(path, before, after);
        }
    }

    private void values(String path, JsonNode before, JsonNode after) {
        if (before.equals(after)) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            names(before, after).forEach(name -> field(path + step(name), before.get(name), after.get(name)));
        } else if (before.isArray() && after.isArray()) {
            elements(path, before, after);
        } else {
            found.add(new Changed(path, before, after));
        }
    }

    private static String step(String name) {
        return PLAIN_NAME.matcher(name).matches() ? "." + name : "[\"" + name + "\"]";
    }

    private void elements(String path, JsonNode before, JsonNode after) {
        int shorter = Math.min(before.size(), after.size());
        int alike = 0;
        while (alike < shorter && before.get(alike).equals(after.get(alike))) {
            alike++;
        }
        int end = 0;
        while (end < shorter - alike && before.get(before.size() - 1 - end).equals(after.get(after.size() - 1 - end))) {
            end++;
        }
        int longest = Math.max(before.size(), after.size()) - end;
        for (int i = alike; i < longest; i++) {
            field(
                    path + "[" + i + "]",
                    i < before.size() - end ? before.get(i) : null,
                    i < after.size() - end ? after.get(i) : null);
        }
    }
}
