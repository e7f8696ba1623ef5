package dev.postroad.cli.looking;

import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Text;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.runtime.history.past.LogLine;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes a line of a run's log; one that says much takes several lines, and is never cut. */
final class LogView {
    private static final int LEVEL_COLUMNS = 5;
    private static final String INDENT = "    ";

    private final DateTimeFormatter time;
    private final Screen screen;

    LogView(ZoneId zone, Screen screen) {
        time = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(zone);
        this.screen = screen;
    }

    String text(LogLine line) {
        List<String> message = line.message().lines().toList();
        StringBuilder text = new StringBuilder(time.format(line.at()))
                .append("  ")
                .append(painted(line.level()))
                .append("  ")
                .append(attempt(line))
                .append(message.isEmpty() ? "" : shown(message.getFirst()));
        if (line.fields() != null) {
            text.append("  ").append(shown(line.fields().toString()));
        }
        message.stream()
                .skip(1)
                .forEach(further ->
                        text.append(System.lineSeparator()).append(INDENT).append(shown(further)));
        return text.toString();
    }

    /** Nothing where it is about the run as a whole. */
    private static String attempt(LogLine line) {
        if (line.node() == null || line.attempt() == null) {
            return "";
        }
        return shown(line.node()) + (line.attempt() > 1 ? " (attempt " + line.attempt() + ")" : "") + ": ";
    }

    private String painted(LogLevel level) {
        String name = Text.padded(level.name(), LEVEL_COLUMNS);
        return screen.colours() == Screen.Colours.USED ? colour(level).paint(name) : name;
    }

    private static Colour colour(LogLevel level) {
        return switch (level) {
            case TRACE, DEBUG -> Colour.FAINT;
            case INFO -> Colour.GREEN;
            case WARN -> Colour.YELLOW;
            case ERROR -> Colour.RED;
        };
    }

    /** Without what would steer the terminal. */
    private static String shown(String text) {
        return Text.cut(text, Integer.MAX_VALUE);
    }
}
