package dev.postroad.contracts.schedule;

import com.cronutils.model.definition.CronDefinition;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import dev.postroad.contracts.json.Fields;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression of five fields (minute, hour, day of the month, month, day of the week), or six with the second
 * first: numbers, {@code *}, lists, ranges, steps, and names of months and days. Sunday is 0 and 7. Where both
 * kinds of days are said, it is due on either, as in Unix. Immutable and thread-safe.
 */
public final class CronExpression {
    /** The longest expression, in characters. */
    public static final int MAX_CHARACTERS = 200;

    /** What an expression is, in words and by example. */
    public static final String RULE = "minute hour day month weekday, such as \"0 2 * * *\" for 2 o'clock every day"
            + " or \"*/15 8-17 * * MON-FRI\", with a field for the second before them where it is wanted";

    private static final int FIELDS = 5;
    private static final Pattern FIELD = Pattern.compile("[A-Za-z0-9*,/-]+");
    private static final Pattern WEEK_FROM_SUNDAY = Pattern.compile("(?<![A-Za-z0-9])SUN-", Pattern.CASE_INSENSITIVE);
    private static final String BACKWARDS = "Invalid range!";
    private static final String FROM_THE_LOWER =
            "; a range goes from the lower to the higher, and one past the end is written as two, such as 22-23,0-2";
    private static final LocalDateTime ANY_TIME = LocalDateTime.of(2024, 1, 1, 0, 0);
    private static final CronParser PARSER = new CronParser(definition());

    private final String text;
    private final ExecutionTime minutes;
    private final NavigableSet<Integer> seconds;
    private volatile @Nullable LocalDateTime foundMinute;

    private CronExpression(String text, ExecutionTime minutes, NavigableSet<Integer> seconds) {
        this.text = text;
        this.minutes = minutes;
        this.seconds = seconds;
    }

    private static CronDefinition definition() {
        return CronDefinitionBuilder.defineCron()
                .withSeconds()
                .withValidRange(0, 59)
                .withStrictRange()
                .and()
                .withMinutes()
                .withValidRange(0, 59)
                .withStrictRange()
                .and()
                .withHours()
                .withValidRange(0, 23)
                .withStrictRange()
                .and()
                .withDayOfMonth()
                .withValidRange(1, 31)
                .withStrictRange()
                .and()
                .withMonth()
                .withValidRange(1, 12)
                .withStrictRange()
                .and()
                .withDayOfWeek()
                .withValidRange(0, 7)
                .withMondayDoWValue(1)
                .withIntMapping(7, 0)
                .withStrictRange()
                .and()
                .instance();
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException where it is none, or is never due; the message says why
     */
    public static CronExpression read(String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException(
                    "it has " + text.length() + " characters, and at most " + MAX_CHARACTERS + " are read");
        }
        String[] fields = text.strip().split("\\s+");
        if (fields.length != FIELDS && fields.length != FIELDS + 1) {
            int count = text.isBlank() ? 0 : fields.length;
            throw new IllegalArgumentException("it has " + count + " fields, and 5 or 6 are needed");
        }
        for (String field : fields) {
            if (!FIELD.matcher(field).matches()) {
                throw new IllegalArgumentException("it has the field " + Fields.quoted(field)
                        + ", and a field has letters, digits and * , - / only");
            }
        }
        try {
            return read(text, fields);
        } catch (IllegalArgumentException wrong) {
            String why = String.valueOf(wrong.getMessage()).replace("Failed to parse cron expression. ", "");
            throw new IllegalArgumentException(why.contains(BACKWARDS) ? why + FROM_THE_LOWER : why, wrong);
        } catch (RuntimeException unforeseen) {
            // The parser stumbles over some texts that are none, such as a list of commas alone.
            throw new IllegalArgumentException("a field of it is not complete", unforeseen);
        }
    }

    private static CronExpression read(String text, String[] fields) {
        boolean saysSeconds = fields.length > FIELDS;
        // A week that begins on a Sunday: the parser takes it for the 7 alone.
        int weekdays = fields.length - 1;
        fields[weekdays] = WEEK_FROM_SUNDAY.matcher(fields[weekdays]).replaceAll("0-");
        String minute = String.join(" ", Arrays.asList(fields).subList(saysSeconds ? 1 : 0, fields.length));
        CronExpression read = new CronExpression(
                text,
                ExecutionTime.forCron(PARSER.parse("0 " + minute)),
                saysSeconds ? seconds(fields[0]) : new TreeSet<>(Set.of(0)));
        if (read.after(ANY_TIME).isEmpty()) {
            throw new IllegalArgumentException("there is no such day in any year");
        }
        return read;
    }

    private static NavigableSet<Integer> seconds(String field) {
        ExecutionTime times = ExecutionTime.forCron(PARSER.parse(field + " * * * * *"));
        NavigableSet<Integer> seconds = new TreeSet<>();
        ZonedDateTime end = ANY_TIME.atZone(ZoneOffset.UTC).plusMinutes(1);
        Optional<ZonedDateTime> next =
                times.nextExecution(ANY_TIME.atZone(ZoneOffset.UTC).minusSeconds(1));
        while (next.isPresent() && next.get().isBefore(end)) {
            seconds.add(next.get().getSecond());
            next = times.nextExecution(next.get());
        }
        return seconds;
    }

    /**
     * The first time on the clock after another that it is due; empty where there is none. What is due in the same minute
     * is known from the time before, for to look for the next minute takes a thousand times as long.
     */
    Optional<LocalDateTime> after(LocalDateTime time) {
        LocalDateTime minute = time.truncatedTo(ChronoUnit.MINUTES);
        Integer second = seconds.higher(time.getSecond());
        if (second != null && isDue(minute)) {
            return Optional.of(minute.plusSeconds(second));
        }
        return minuteAfter(minute).map(found -> found.plusSeconds(seconds.first()));
    }

    private boolean isDue(LocalDateTime minute) {
        return minute.equals(foundMinute)
                || minuteAfter(minute.minusSeconds(1)).filter(minute::equals).isPresent();
    }

    private Optional<LocalDateTime> minuteAfter(LocalDateTime time) {
        Optional<LocalDateTime> next =
                minutes.nextExecution(time.atZone(ZoneOffset.UTC)).map(ZonedDateTime::toLocalDateTime);
        next.ifPresent(found -> foundMinute = found);
        return next;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CronExpression expression && expression.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The expression as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
