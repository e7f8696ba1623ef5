package dev.postroad.cli.screen;

import java.util.List;
import java.util.OptionalDouble;

/** The course of a figure, one character for each value. */
public final class Sparkline {
    private static final String BLOCKS = "▁▂▃▄▅▆▇█";
    private static final String PLAIN = "_.-:=+*#";

    private Sparkline() {}

    /**
     * The line; a blank for a value that is missing.
     *
     * @param most what the highest character stands for; no value is higher
     */
    public static String of(List<OptionalDouble> values, double most, Characters characters) {
        String levels = switch (characters) {
            case ALL -> BLOCKS;
            case ASCII -> PLAIN;
        };
        StringBuilder line = new StringBuilder();
        for (OptionalDouble value : values) {
            line.append(value.isEmpty() ? ' ' : levels.charAt(level(value.getAsDouble(), most, levels.length())));
        }
        return line.toString();
    }

    private static int level(double value, double most, int levels) {
        return most <= 0 ? 0 : Math.clamp((int) Math.floor(value / most * levels), 0, levels - 1);
    }
}
