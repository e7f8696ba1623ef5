package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fields;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** When a run may begin. */
public sealed interface StartAt {
    /** What a text of it looks like. */
    String RULE = "a time such as 2026-12-01T08:00:00Z, or how long after the trigger, such as PT5M";

    /** The last time that may be said. */
    Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** The time, in whole microseconds, never later than {@link #LAST}; where the trigger was written at a time. */
    Instant from(Instant written);

    /** Not before a time, from 1970 to 9999. */
    record At(Instant time) implements StartAt {
        /**
         * Checks the time.
         *
         * @throws IllegalArgumentException where it is before 1970 or after 9999
         */
        public At {
            if (time.isBefore(Instant.EPOCH) || time.isAfter(LAST)) {
                throw new IllegalArgumentException("the time is " + time + "; use one from 1970 to 9999");
            }
        }

        @Override
        public Instant from(Instant written) {
            return time.truncatedTo(ChronoUnit.MICROS);
        }

        @Override
        public String toString() {
            return time.toString();
        }
    }

    /** Not before some time has passed since the trigger was written. */
    record After(Duration delay) implements StartAt {
        /**
         * Checks the delay.
         *
         * @throws IllegalArgumentException where it is not positive, or longer than 36,500 days
         */
        public After {
            if (!delay.isPositive() || delay.toDays() > 36_500) {
                throw new IllegalArgumentException("the delay is " + delay + "; use a positive one, P36500D at most");
            }
        }

        @Override
        public Instant from(Instant written) {
            Instant time = written.plus(delay).truncatedTo(ChronoUnit.MICROS);
            return time.isAfter(LAST) ? LAST : time;
        }

        @Override
        public String toString() {
            return delay.toString();
        }
    }

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException where it is neither a time nor a duration; the message says what to use
     */
    static StartAt parse(String text) {
        try {
            return text.startsWith("P")
                    ? new After(Duration.parse(text))
                    : new At(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException | ArithmeticException | IllegalArgumentException none) {
            throw new IllegalArgumentException("use " + RULE, none);
        }
    }

    /** The one of a field; null where it is absent, or wrong, which is noted. */
    static @Nullable StartAt read(Fields fields, String field) {
        JsonNode value = fields.tree(field);
        if (value == null) {
            return null;
        }
        if (value.isTextual() && value.textValue().startsWith("P")) {
            Duration delay = fields.duration(field);
            return delay == null ? null : new After(delay);
        }
        String text = fields.text(field);
        try {
            return text == null ? null : parse(text);
        } catch (IllegalArgumentException wrong) {
            fields.fault(field, "is " + Fields.quoted(String.valueOf(text)), String.valueOf(wrong.getMessage()));
            return null;
        }
    }
}
