package dev.postroad.runtime.history;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a run in the order of the listing.
 *
 * @param queuedAt to the microsecond, as Postgres keeps it
 * @param id tells apart what was queued at once
 */
record RunCursor(Instant queuedAt, long id) {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,18}):([0-9]{1,18})");

    /** @throws IllegalArgumentException where the text is no cursor */
    static RunCursor of(String text) {
        Matcher form = FORM.matcher(decoded(text));
        if (!form.matches()) {
            throw noCursor();
        }
        return new RunCursor(
                Instant.EPOCH.plus(Long.parseLong(form.group(1)), ChronoUnit.MICROS), Long.parseLong(form.group(2)));
    }

    private static String decoded(String text) {
        try {
            return new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException notBase64) {
            throw noCursor();
        }
    }

    private static IllegalArgumentException noCursor() {
        return new IllegalArgumentException("the cursor is none that a page of runs gave");
    }

    /** For the URLs of strangers, who are not to read anything into it. */
    String text() {
        String plain = ChronoUnit.MICROS.between(Instant.EPOCH, queuedAt) + ":" + id;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(StandardCharsets.US_ASCII));
    }
}
