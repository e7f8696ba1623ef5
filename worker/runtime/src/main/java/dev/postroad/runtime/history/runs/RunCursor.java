package dev.postroad.runtime.history.runs;

import dev.postroad.runtime.history.rows.Cursors;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
        Matcher form = FORM.matcher(Cursors.plain(text));
        if (!form.matches()) {
            throw Cursors.noCursor();
        }
        return new RunCursor(
                Instant.EPOCH.plus(Long.parseLong(form.group(1)), ChronoUnit.MICROS), Long.parseLong(form.group(2)));
    }

    String text() {
        return Cursors.opaque(ChronoUnit.MICROS.between(Instant.EPOCH, queuedAt) + ":" + id);
    }
}
