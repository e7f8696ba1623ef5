package dev.postroad.runtime.history.waiting;

import dev.postroad.runtime.history.rows.Cursors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a question in an order.
 *
 * @param micros the time that its run is ordered by; {@link Long#MAX_VALUE} for never
 * @param run the number of its run
 * @param place its place among the questions of the run, from 1
 */
record WaitingCursor(long micros, long run, int place) {
    private static final Pattern FORM = Pattern.compile("(-?[0-9]{1,18}|never):([0-9]{1,18}):([0-9]{1,9})");
    private static final String NEVER = "never";

    /** @throws IllegalArgumentException where the text is no cursor */
    static WaitingCursor of(String text) {
        Matcher form = FORM.matcher(Cursors.plain(text));
        if (!form.matches()) {
            throw Cursors.noCursor();
        }
        return new WaitingCursor(
                form.group(1).equals(NEVER) ? Long.MAX_VALUE : Long.parseLong(form.group(1)),
                Long.parseLong(form.group(2)),
                Integer.parseInt(form.group(3)));
    }

    String text() {
        return Cursors.opaque((micros == Long.MAX_VALUE ? NEVER : Long.toString(micros)) + ":" + run + ":" + place);
    }
}
