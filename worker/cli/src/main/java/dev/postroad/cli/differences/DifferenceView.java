package dev.postroad.cli.differences;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.differences.Difference.Added;
import dev.postroad.cli.differences.Difference.Changed;
import dev.postroad.cli.differences.Difference.Removed;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Line;
import dev.postroad.cli.screen.Screen;
import java.util.ArrayList;
import java.util.List;

/** Writes what was added (+), removed (-) and changed (~), channel by channel; long values are cut to the screen. */
public final class DifferenceView {
    private static final String INSIDE = "    ";
    private static final String ARROW = " → ";
    private static final int SHOWN_OF_WHAT_IS_ALIKE = 10;

    private final Screen screen;
    private final List<String> lines = new ArrayList<>();

    private DifferenceView(Screen screen) {
        this.screen = screen;
    }

    /** The lines; none where the two are the same. */
    public static List<String> lines(ObjectNode before, ObjectNode after, Screen screen) {
        var view = new DifferenceView(screen);
        Differences.byChannel(before, after).forEach(view::add);
        return view.lines;
    }

    private void add(String channel, List<Difference> differences) {
        Difference first = differences.getFirst();
        if (first.path().isEmpty()) {
            add("", channel, first);
            return;
        }
        lines.add(new Line().add(Colour.YELLOW, "~ " + channel).on(screen));
        for (Difference difference : differences) {
            String path = difference.path();
            add(INSIDE, path.startsWith(".") ? path.substring(1) : path, difference);
        }
    }

    private void add(String indent, String where, Difference difference) {
        switch (difference) {
            case Added(String _, JsonNode value) -> add(indent + "+ " + where + "  " + value, Colour.GREEN);
            case Removed(String _, JsonNode value) -> add(indent + "- " + where + "  " + value, Colour.RED);
            case Changed(String _, JsonNode before, JsonNode after) ->
                change(indent, where, before.toString(), after.toString());
        }
    }

    private void add(String text, Colour colour) {
        lines.add(new Line().add(colour, text).on(screen));
    }

    private void change(String indent, String where, String before, String after) {
        Line whole = new Line()
                .add(Colour.YELLOW, indent + "~ " + where + "  ")
                .add(Colour.RED, before)
                .add(Colour.NONE, ARROW)
                .add(Colour.GREEN, after);
        if (whole.columns() < screen.columns()) {
            lines.add(whole.on(screen));
            return;
        }
        add(indent + "~ " + where, Colour.YELLOW);
        int skipped = Math.max(0, alike(before, after) - SHOWN_OF_WHAT_IS_ALIKE);
        String mark = skipped == 0 ? "" : "…";
        add(indent + INSIDE + "- " + mark + before.substring(skipped), Colour.RED);
        add(indent + INSIDE + "+ " + mark + after.substring(skipped), Colour.GREEN);
    }

    private static int alike(String before, String after) {
        int alike = 0;
        while (alike < Math.min(before.length(), after.length()) && before.charAt(alike) == after.charAt(alike)) {
            alike++;
        }
        return alike;
    }
}
