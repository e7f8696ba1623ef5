package dev.postroad.cli.arguments;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.TypeConversionException;

/** Reads durations of arguments. */
public final class DurationArgument {
    private DurationArgument() {}

    /** Reads an ISO-8601 duration that is not negative. */
    public static Duration read(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException notADuration) {
            // Falls through to the one message that covers both.
        }
        throw new TypeConversionException("is \"" + text + "\"; use an ISO-8601 duration such as PT5M or PT30S");
    }
}
