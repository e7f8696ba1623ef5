package dev.postroad.cli.arguments;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Reads durations of arguments. */
public final class DurationArgument {
    /** So many of one unit, as people type it. */
    private static final Pattern SHORT = Pattern.compile("[0-9]{1,6}[smhd]");

    private DurationArgument() {}

    /** Whether it can be nothing else, be it sound or not. */
    public static boolean isMeant(String text) {
        return text.startsWith("P") || SHORT.matcher(text).matches();
    }

    /** Reads a duration that is not negative, in ISO-8601 or short. */
    public static Duration read(String text) {
        try {
            boolean isShort = SHORT.matcher(text).matches();
            Duration duration = Duration.parse(isShort ? (text.endsWith("d") ? "P" : "PT") + text : text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException notADuration) {
            // Falls through to the one message that covers both.
        }
        throw new TypeConversionException("is \"" + text + "\"; use a duration such as PT5M or 5m");
    }
}
