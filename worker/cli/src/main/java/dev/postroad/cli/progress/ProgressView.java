package dev.postroad.cli.progress;

import dev.postroad.cli.screen.Bar;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Text;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Draws a run: a heading, a bar, and a line for each node, with the end of what it shows below where there is room. */
public final class ProgressView {
    private static final int STATUS_COLUMNS = 10;
    private static final int DURATION_COLUMNS = 12;
    private static final int ROWS_BESIDE_NODES = 4;
    private static final int LEAST_ROWS_TO_EXPLAIN = 8;
    private static final int MOST_OUTPUT_COLUMNS = 400;
    private static final String INDENT = "      ";

    private final Screen screen;

    public ProgressView(Screen screen) {
        this.screen = screen;
    }

    /** The lines of a run at a time; fewer than the screen has rows. */
    public List<String> lines(RunProgress run, Instant now) {
        List<String> lines = new ArrayList<>();
        lines.add(screen.fit(
                Colour.NONE,
                run.graph() + "  " + run.runId() + "  " + run.status().publicName()));
        lines.add(screen.fit(
                colour(run), Bar.of(run.share()) + " " + Text.percent(run.share()) + "  " + Text.of(run.elapsed(now))));
        List<String> waiting = waiting(run);
        lines.addAll(nodes(run, now, screen.rows() - ROWS_BESIDE_NODES - waiting.size()));
        lines.addAll(waiting);
        return lines;
    }

    /** A line for each node; where they are too many, for those that something happened to last. */
    private List<String> nodes(RunProgress run, Instant now, int room) {
        int nameColumns =
                run.nodes().keySet().stream().mapToInt(String::length).max().orElse(0);
        List<Map.Entry<String, NodeProgress>> shown = shown(run, room);
        List<String> lines = new ArrayList<>();
        int roomForOutput = room - shown.size() - 1;
        for (Map.Entry<String, NodeProgress> node : shown) {
            lines.add(line(Text.padded(node.getKey(), nameColumns), node.getValue(), now));
            String output = Text.lastLine(node.getValue().shown());
            if (!output.isEmpty() && roomForOutput-- > 0) {
                lines.add(screen.fit(Colour.FAINT, INDENT + Text.tail(output, outputColumns())));
            }
        }
        int hidden = run.nodes().size() - shown.size();
        if (hidden > 0) {
            lines.add(screen.fit(Colour.FAINT, "  … and " + hidden + " more"));
        }
        return lines;
    }

    private int outputColumns() {
        return Math.min(screen.columns(), MOST_OUTPUT_COLUMNS) - INDENT.length() - 1;
    }

    private static List<Map.Entry<String, NodeProgress>> shown(RunProgress run, int room) {
        List<Map.Entry<String, NodeProgress>> all = List.copyOf(run.nodes().entrySet());
        if (all.size() <= room) {
            return all;
        }
        List<Instant> newest = all.stream()
                .map(node -> node.getValue().at())
                .sorted(Comparator.reverseOrder())
                .toList();
        Instant oldestShown = newest.get(room - 1);
        return all.stream()
                .filter(node -> !node.getValue().at().isBefore(oldestShown))
                .limit(room)
                .toList();
    }

    private String line(String name, NodeProgress node, Instant now) {
        NodeStatus status = node.status();
        String line = "  " + status.symbol + " " + name + "  " + Text.padded(status.word, STATUS_COLUMNS);
        return screen.fit(status.colour, line + Text.padded(node.duration(now) + " ", DURATION_COLUMNS) + times(node));
    }

    private static String times(NodeProgress node) {
        String tasks = node.tasks() > 1 ? "×" + node.tasks() + "  " : "";
        String attempt =
                node.attempt() > 1 || node.status() == NodeStatus.RETRYING ? "attempt " + node.attempt() + "  " : "";
        return tasks + attempt + node.note();
    }

    /** What is asked, and a line of its own for the answer, so that it can be copied; nothing on too small a screen. */
    private List<String> waiting(RunProgress run) {
        Waiting waiting = run.waiting();
        if (waiting == null || screen.rows() < LEAST_ROWS_TO_EXPLAIN) {
            return List.of();
        }
        return Stream.of("  " + waiting.what(), waiting.how().isEmpty() ? "" : "  " + waiting.how())
                .filter(line -> !line.isBlank())
                .map(line -> screen.fit(Colour.YELLOW, line))
                .toList();
    }

    private static Colour colour(RunProgress run) {
        return switch (run.status()) {
            case COMPLETED -> Colour.GREEN;
            case FAILED -> Colour.RED;
            case CANCELLED -> Colour.YELLOW;
            case QUEUED, RUNNING, WAITING, PAUSED -> Colour.NONE;
        };
    }
}
