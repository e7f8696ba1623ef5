package dev.postroad.cli.arguments;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import picocli.CommandLine.TypeConversionException;

/** A time as arguments name it: by itself, or by how long ago it was. */
@FunctionalInterface
public interface PointInTime {
    /** The time, as seen from another one. */
    Instant at(Instant now);

    /** Reads an argument. */
    static PointInTime read(String text) {
        try {
            if (DurationArgument.isMeant(text)) {
                Duration ago = DurationArgument.read(text);
                return now -> now.minus(ago);
            }
            Instant time = OffsetDateTime.parse(text).toInstant();
            return now -> time;
        } catch (DateTimeException | TypeConversionException noTime) {
            throw new TypeConversionException("is \"" + text
                    + "\"; use a time such as 2026-11-01T00:00:00Z, or how long ago it was, such as PT1H or 1h");
        }
    }
}
