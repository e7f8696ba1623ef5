package dev.postroad.cli.looking;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Text;
import java.util.List;

/** Writes how a worker is: a line for each part, with its state and why. */
final class HealthView {
    private static final int NAME_COLUMNS = 11;
    private static final int STATE_COLUMNS = 10;

    private HealthView() {}

    /** @param report as {@code /health} answers; nothing is written of anything else */
    static List<String> lines(JsonNode report, Screen screen) {
        return report.path("parts").properties().stream()
                .map(part -> line(part.getKey(), part.getValue(), screen))
                .toList();
    }

    private static String line(String name, JsonNode part, Screen screen) {
        String state = part.path("state").asText();
        String line = Text.padded(name, NAME_COLUMNS)
                + Text.padded(state, STATE_COLUMNS)
                + part.path("why").asText();
        return screen.fit(colour(state), line.stripTrailing());
    }

    /** A worker of a later version may know other states. */
    private static Colour colour(String state) {
        return switch (state) {
            case "ok" -> Colour.GREEN;
            case "degraded" -> Colour.YELLOW;
            case "bad" -> Colour.RED;
            default -> Colour.NONE;
        };
    }
}
