package dev.postroad.cli.timeline;

import java.time.Duration;
import java.time.Instant;

/**
 * Where times stand.
 *
 * @param to later than {@code from}
 * @param columns 1 or more
 */
record Scale(Instant from, Instant to, int columns) {
    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** A scale of at least a millisecond. */
    static Scale of(Instant from, Instant to, int columns) {
        Instant least = from.plus(SHORTEST);
        return new Scale(from, to.isBefore(least) ? least : to, columns);
    }

    /** The column in which something begins. */
    int begin(Instant time) {
        return within((int) Math.floor(exact(Duration.between(from, time))));
    }

    /** The last column of something that ends then, and began in a column. */
    int end(int begin, Instant time) {
        return Math.max(begin, within((int) Math.ceil(exact(Duration.between(from, time))) - 1));
    }

    /** How many columns a duration takes. */
    double exact(Duration duration) {
        return (double) duration.toNanos() / Duration.between(from, to).toNanos() * columns;
    }

    private int within(int column) {
        return Math.clamp(column, 0, columns - 1);
    }
}
