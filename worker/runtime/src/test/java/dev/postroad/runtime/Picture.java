package dev.postroad.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * Who knows whom, drawn for people. An arrow goes from what uses to what is used; one that other arrows lead along as well
 * is left out, so that what is left can be read.
 *
 * @param arrows what each part uses, directly or through others; parts that use nothing are there too
 */
@NullMarked
record Picture(Map<String, Set<String>> arrows) {
    private static final List<String> MODULES = List.of(
            "contracts",
            "migrations",
            "worker/engine",
            "worker/embedded",
            "worker/runtime",
            "worker/cli",
            "worker/bench");

    private static final Pattern PACKAGE = Pattern.compile("(?m)^package dev\\.postroad\\.([a-z.]+);");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?dev\\.postroad\\.([a-z.]+)\\.[A-Z]");

    /**
     * The parts right inside a package, and the arrows between them.
     *
     * @param root the folder of the repository
     * @param house the package, without {@code dev.postroad}; empty for the modules themselves
     */
    static Picture of(Path root, String house) throws IOException {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (String module : MODULES) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(file -> add(arrows, text(file), house));
            }
        }
        return new Picture(arrows);
    }

    private static void add(Map<String, Set<String>> arrows, String source, String house) {
        Matcher owner = PACKAGE.matcher(source);
        String from = owner.find() ? part(owner.group(1), house) : "";
        if (from.isEmpty()) {
            return;
        }
        Set<String> used = arrows.computeIfAbsent(from, part -> new TreeSet<>());
        IMPORT.matcher(source)
                .results()
                .map(found -> part(found.group(1), house))
                .filter(to -> !to.isEmpty() && !to.equals(from))
                .forEach(used::add);
    }

    /** The part of a house that a package lies in; empty where it lies elsewhere, or is the house itself. */
    private static String part(String name, String house) {
        String inside = house.isEmpty() ? "" : house + ".";
        if (!name.startsWith(inside)) {
            return "";
        }
        String rest = name.substring(inside.length());
        return rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The parts that lead back to themselves. */
    Set<String> circles() {
        Set<String> circles = new TreeSet<>();
        arrows.forEach((from, used) -> {
            if (used.stream().anyMatch(to -> reaches(to, from))) {
                circles.add(from);
            }
        });
        return circles;
    }

    /** In Mermaid's words. */
    String mermaid() {
        StringBuilder text = new StringBuilder("```mermaid\nflowchart LR\n");
        arrows.forEach((from, used) -> {
            List<String> drawn = used.stream()
                    .filter(to -> used.stream().noneMatch(other -> !other.equals(to) && reaches(other, to)))
                    .toList();
            text.append("  ").append(drawn.isEmpty() ? from : from + " --> " + String.join(" & ", drawn));
            text.append('\n');
        });
        return text.append("```\n").toString();
    }

    private boolean reaches(String from, String to) {
        Set<String> seen = new TreeSet<>();
        UnaryOperator<Set<String>> next = parts -> {
            Set<String> found = new TreeSet<>();
            parts.forEach(part -> found.addAll(arrows.getOrDefault(part, Set.of())));
            found.removeAll(seen);
            return found;
        };
        for (Set<String> here = Set.of(from); !here.isEmpty(); here = next.apply(here)) {
            if (here.contains(to)) {
                return true;
            }
            seen.addAll(here);
        }
        return false;
    }
}
