package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.DurationArgument;
import dev.postroad.cli.looking.DueArgument.Due;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a time to come: by itself, or how far ahead it is. */
final class DueArgument implements ITypeConverter<Due> {
    /** A time as seen from another one. */
    interface Due {
        /** The time. */
        Instant from(Instant now);
    }

    @Override
    public Due convert(String text) {
        try {
            if (DurationArgument.isMeant(text)) {
                Duration ahead = DurationArgument.read(text);
                return now -> now.plus(ahead);
            }
            Instant time = OffsetDateTime.parse(text).toInstant();
            return now -> time;
        } catch (DateTimeException | TypeConversionException noTime) {
            throw new TypeConversionException("is \"" + text
                    + "\"; use a time such as 2026-11-01T00:00:00Z, or how far ahead it is, such as PT1H or 1h");
        }
    }
}
