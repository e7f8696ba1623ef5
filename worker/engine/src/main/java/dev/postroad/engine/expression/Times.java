package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.common.internal.DateTimeHelpers;
import dev.cel.runtime.RuntimeHelpers;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Timestamps and durations. */
final class Times {
    private static final String UTC = "UTC";

    private Times() {}

    static JsonNode timestamp(Budget budget, JsonNode argument) {
        budget.steps(20);
        if (Values.foreign(argument) instanceof Instant) {
            return argument;
        }
        try {
            if (argument.isNumber()) {
                Instant time = Instant.ofEpochSecond(Numbers.longValue(argument, "timestamp"));
                DateTimeHelpers.checkValid(time);
                return Values.of(time);
            }
            return Values.of(DateTimeHelpers.parse(Values.text(argument, "timestamp")));
        } catch (DateTimeException | IllegalArgumentException unsound) {
            throw new Failure("timestamp: " + shown(argument) + " is no time such as 2026-01-31T12:00:00Z");
        }
    }

    static JsonNode duration(Budget budget, JsonNode argument) {
        budget.steps(20);
        if (Values.foreign(argument) instanceof Duration) {
            return argument;
        }
        String text = Values.text(argument, "duration");
        budget.read(text);
        try {
            return Values.of(RuntimeHelpers.createJavaDurationFromString(text));
        } catch (IllegalArgumentException | ArithmeticException unsound) {
            throw new Failure("duration: " + shown(argument) + " is no duration such as 90s, 1.5h or 1h30m");
        }
    }

    private static String shown(JsonNode argument) {
        String text = argument.asText();
        return "'" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "'";
    }

    /** The sum of a time and a duration or of two durations; null for other values. */
    static @Nullable JsonNode sum(JsonNode a, JsonNode b) {
        Object first = Values.foreign(a);
        Object second = Values.foreign(b);
        try {
            if (second instanceof Duration duration) {
                return first instanceof Instant time
                        ? Values.of(DateTimeHelpers.add(time, duration))
                        : first instanceof Duration other ? Values.of(DateTimeHelpers.add(other, duration)) : null;
            }
            return first instanceof Duration duration && second instanceof Instant time
                    ? Values.of(DateTimeHelpers.add(time, duration))
                    : null;
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException beyond) {
            throw new Failure("+ gives a time or duration that is out of range");
        }
    }

    /** The difference of two times, of two durations or of a time and a duration; null for other values. */
    static @Nullable JsonNode difference(JsonNode a, JsonNode b) {
        Object first = Values.foreign(a);
        Object second = Values.foreign(b);
        try {
            if (first instanceof Instant time) {
                return second instanceof Instant other
                        ? Values.of(Duration.between(other, time))
                        : second instanceof Duration duration
                                ? Values.of(DateTimeHelpers.subtract(time, duration))
                                : null;
            }
            return first instanceof Duration duration && second instanceof Duration other
                    ? Values.of(DateTimeHelpers.subtract(duration, other))
                    : null;
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException beyond) {
            throw new Failure("- gives a time or duration that is out of range");
        }
    }

    /** A function that reads a part of a time, in a zone where one is given, or of a duration. */
    static Function part(
            String name, ToLongFunction<LocalDateTime> ofTime, @Nullable ToLongFunction<Duration> ofDuration) {
        return (budget, arguments) -> {
            budget.steps(20);
            Object value = Values.foreign(arguments[0]);
            if (value instanceof Instant time) {
                String zone = arguments.length > 1 ? Values.text(arguments[1], name) : UTC;
                return Numbers.whole(ofTime.applyAsLong(local(name, time, zone)));
            }
            if (value instanceof Duration duration && ofDuration != null && arguments.length == 1) {
                return Numbers.whole(ofDuration.applyAsLong(duration));
            }
            throw new Failure(name + " takes a timestamp" + (ofDuration == null ? "" : " or a duration") + ", but got "
                    + Values.describe(arguments[0]));
        };
    }

    private static LocalDateTime local(String name, Instant time, String zone) {
        try {
            return DateTimeHelpers.newLocalDateTime(time, zone);
        } catch (RuntimeException unsound) {
            throw new Failure(name + ": there is no time zone '" + zone + "'; use one such as Europe/Berlin or +02:00");
        }
    }
}
