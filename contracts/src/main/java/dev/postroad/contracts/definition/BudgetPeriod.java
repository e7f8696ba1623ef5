package dev.postroad.contracts.definition;

import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * What time a budget is for: a calendar day ({@code P1D}) or month ({@code P1M}), both in UTC; or any other duration, which
 * ends now and slides. What is spent is kept by slots of an hour, or of a sixtieth of a shorter period that slides.
 *
 * @param text as it was written
 */
public record BudgetPeriod(String text) {
    private static final String DAY = "P1D";
    private static final String MONTH = "P1M";
    private static final int LONGEST_MONTH = 31;
    private static final int SLOTS = 60;
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    static @Nullable BudgetPeriod read(Fields fields, String field) {
        if (fields.tree(field) != null
                && MONTH.equals(fields.object().get(field).textValue())) {
            return new BudgetPeriod(MONTH);
        }
        return fields.duration(field) == null
                ? null
                : new BudgetPeriod(fields.object().get(field).asText());
    }

    /** The longest time that it can be. */
    public Duration longest() {
        return switch (text) {
            case DAY -> Duration.ofDays(1);
            case MONTH -> Duration.ofDays(LONGEST_MONTH);
            default -> Duration.parse(text);
        };
    }

    /** The first moment that counts. */
    public Instant since(Instant now) {
        LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
        return switch (text) {
            case DAY -> today.atStartOfDay(ZoneOffset.UTC).toInstant();
            case MONTH -> today.withDayOfMonth(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            default -> slot(now.minus(Duration.parse(text)));
        };
    }

    /** When the next one begins; null for one that slides. */
    public @Nullable Instant next(Instant now) {
        LocalDate today = now.atOffset(ZoneOffset.UTC).toLocalDate();
        return switch (text) {
            case DAY -> today.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
            case MONTH ->
                today.withDayOfMonth(1)
                        .plusMonths(1)
                        .atStartOfDay(ZoneOffset.UTC)
                        .toInstant();
            default -> null;
        };
    }

    /** The first moment of the slot that a moment is in. */
    public Instant slot(Instant at) {
        long millis = slotLength().toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(at.toEpochMilli(), millis) * millis);
    }

    private Duration slotLength() {
        if (text.equals(DAY) || text.equals(MONTH)) {
            return HOUR;
        }
        Duration slot = Duration.parse(text).dividedBy(SLOTS);
        return slot.compareTo(SECOND) < 0 ? SECOND : slot.compareTo(HOUR) > 0 ? HOUR : slot;
    }

    @Override
    public String toString() {
        return text;
    }
}
