package dev.postroad.runtime.agent.attempt;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the header with which a server asks for a pause. */
final class RetryAfter {
    /** A server that asks for more is taken to mean this. */
    static final Duration LONGEST = Duration.ofDays(1);

    private static final Pattern SECONDS = Pattern.compile("[0-9]+");
    private static final int DIGITS_OF_LONGEST = 5;

    private RetryAfter() {}

    /** The pause, zero to {@link #LONGEST}; null where the value is neither seconds nor an HTTP date. */
    static @Nullable Duration parse(String value, Instant now) {
        String text = value.strip();
        if (SECONDS.matcher(text).matches()) {
            String digits = text.replaceFirst("^0+(?=.)", "");
            return digits.length() > DIGITS_OF_LONGEST ? LONGEST : bounded(Duration.ofSeconds(Long.parseLong(digits)));
        }
        try {
            Instant date = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
            return bounded(Duration.between(now, date));
        } catch (DateTimeException unreadable) {
            return null;
        }
    }

    private static Duration bounded(Duration pause) {
        if (pause.isNegative()) {
            return Duration.ZERO;
        }
        return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    }
}
