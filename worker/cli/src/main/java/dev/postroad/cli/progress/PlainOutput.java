package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes lines of what nodes show in pieces. A line is given when it is whole or long, or when its attempt ends, as a node
 * is to be told from those beside it. Confined to one thread.
 */
final class PlainOutput {
    private static final int LONGEST_LINE = 160;
    private static final int MOST_ATTEMPTS = 100;

    private final Map<Attempt, StringBuilder> begun = new LinkedHashMap<>();

    private record Attempt(String node, String task, int number) {}

    /** The lines that a chunk completes. */
    List<String> add(OutputChunk chunk) {
        List<String> lines = new ArrayList<>();
        Attempt attempt = new Attempt(chunk.node(), chunk.task(), chunk.attempt());
        if (chunk.index() == 0 || (!begun.containsKey(attempt) && begun.size() >= MOST_ATTEMPTS)) {
            Attempt over =
                    chunk.index() == 0 ? attempt : begun.keySet().iterator().next();
            rest(over, lines);
        }
        StringBuilder line = begun.computeIfAbsent(attempt, first -> new StringBuilder());
        chunk.chunk().codePoints().forEach(codePoint -> {
            if (codePoint != '\n') {
                line.appendCodePoint(codePoint);
            }
            boolean isLong = line.length() >= LONGEST_LINE && Character.isWhitespace(codePoint);
            if (codePoint == '\n' || isLong || line.length() >= 2 * LONGEST_LINE) {
                lines.add(line(attempt, line));
                line.setLength(0);
            }
        });
        return lines;
    }

    /** What is left of those that an event ends. */
    List<String> end(RunEvent event) {
        List<String> lines = new ArrayList<>();
        List.copyOf(begun.keySet()).stream()
                .filter(attempt -> event.type().endsRun() || attempt.task().equals(event.task()))
                .forEach(attempt -> rest(attempt, lines));
        return lines;
    }

    private void rest(Attempt attempt, List<String> lines) {
        StringBuilder rest = begun.remove(attempt);
        if (rest != null && !rest.isEmpty()) {
            lines.add(line(attempt, rest));
        }
    }

    private static String line(Attempt attempt, StringBuilder text) {
        return Text.cut("  " + attempt.node() + " | " + text, Integer.MAX_VALUE);
    }
}
