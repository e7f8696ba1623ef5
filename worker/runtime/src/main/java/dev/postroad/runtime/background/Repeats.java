package dev.postroad.runtime.background;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Says what goes wrong again and again, once: a message is printed when it is new, then counted, and printed again with
 * its count once a minute while it goes on. So a loop may try as often as it likes, and a log stays readable however
 * long a server is away. Thread-safe.
 */
public final class Repeats {
    /** How long a message that was printed is only counted. */
    static final Duration QUIET = Duration.ofMinutes(1);

    /** How long it is known how often a message came that is not printed any more, because it does not come again. */
    private static final Duration KEPT = Duration.ofMinutes(10);

    /** So many messages are told apart, each with its count; more that are different are counted together. */
    static final int MOST = 32;

    /**
     * What Kafka's and Postgres' clients say otherwise each time: the milliseconds that were waited, lists of what it was about,
     * and how the connections of a pool stand.
     */
    private static final Pattern VARYING = Pattern.compile("\\b\\d+ ?ms\\b|\\[[^\\]]*]|\\(total=[^)]*\\)");

    /** What follows may quote anything of any length. */
    private static final int TELLING = 500;

    private static final String OTHERS = "other troubles of the same part, too many to name";

    private final Logger log;
    private final InstantSource clock;
    private final Map<String, Said> said = new HashMap<>();

    private record Said(Instant at, long unsaid) {}

    /** @param log where messages are printed */
    public Repeats(Logger log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    /** Says that something does not work for now, and will be tried again. */
    public void warn(String what, Throwable why) {
        String message = note(what + ": " + reason(why));
        if (message != null) {
            log.warn("{}", message);
        }
    }

    /** Says that something does not work for now, and will be tried again. */
    public void warn(String what) {
        String message = note(what);
        if (message != null) {
            log.warn("{}", message);
        }
    }

    /** Says that something broke that should not, and goes on. */
    public void error(String what, Throwable defect) {
        String message = note(what + ": " + defect);
        if (message != null) {
            log.error("{}", message, defect);
        }
    }

    private static String reason(Throwable why) {
        String message = why.getMessage();
        return message == null ? why.toString() : message.strip();
    }

    /** What is to be printed now; null where it is enough to count it. */
    private synchronized @Nullable String note(String message) {
        Instant now = clock.instant();
        said.values().removeIf(before -> isForgotten(before, now));
        // A list that is cut off is no other one for that.
        String begins = message.length() <= TELLING ? message : message.substring(0, TELLING) + "]";
        String kind = VARYING.matcher(begins).replaceAll("");
        String known = said.containsKey(kind) || said.size() < MOST ? kind : OTHERS;
        Said before = said.get(known);
        if (before != null && isQuiet(before, now)) {
            said.put(known, new Said(before.at(), before.unsaid() + 1));
            return null;
        }
        said.put(known, new Said(now, 0));
        String text = known.equals(kind) ? message : known + ", for instance: " + message;
        return before == null || before.unsaid() == 0
                ? text
                : text + " (and " + before.unsaid() + " times more since "
                        + before.at().truncatedTo(ChronoUnit.SECONDS) + ")";
    }

    private static boolean isForgotten(Said before, Instant now) {
        Duration kept = before.unsaid() == 0 ? QUIET : KEPT;
        return Duration.between(before.at(), now).abs().compareTo(kept) >= 0;
    }

    /** A clock that was set back makes a message said again, and not silent for as long. */
    private static boolean isQuiet(Said before, Instant now) {
        return Duration.between(before.at(), now).abs().compareTo(QUIET) < 0;
    }
}
