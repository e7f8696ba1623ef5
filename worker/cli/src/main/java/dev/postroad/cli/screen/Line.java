package dev.postroad.cli.screen;

import java.util.ArrayList;
import java.util.List;

/** A line of parts, each in a colour of its own. Confined to one thread. */
public final class Line {
    private final List<Part> parts = new ArrayList<>();

    private record Part(Colour colour, String text) {}

    /** Adds a part behind those that are there. */
    public Line add(Colour colour, String text) {
        parts.add(new Part(colour, Visible.text(text)));
        return this;
    }

    /** How many columns it takes where nothing is cut. */
    public int columns() {
        return parts.stream().mapToInt(part -> Text.columns(part.text())).sum();
    }

    /** The line, cut to one line of the screen. */
    public String on(Screen screen) {
        StringBuilder line = new StringBuilder();
        int left = screen.columns() - 1;
        for (Part part : parts) {
            boolean fits = Text.columns(part.text()) <= left;
            String text = fits ? part.text() : Text.cut(part.text(), left);
            line.append(screen.colours() == Screen.Colours.USED ? part.colour().paint(text) : text);
            if (!fits) {
                break;
            }
            left -= Text.columns(part.text());
        }
        return line.toString().stripTrailing();
    }
}
