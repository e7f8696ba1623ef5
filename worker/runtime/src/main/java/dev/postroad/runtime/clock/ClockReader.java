package dev.postroad.runtime.clock;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads Postgres's clock every few seconds, sets the worker's by it, and says where the machine's own is off. While
 * Postgres is away the worker's clock goes on by itself. Thread-safe; owns one virtual thread.
 */
public final class ClockReader implements AutoCloseable {
    /** A clock that is further off is told of. */
    public static final Duration TOLERATED = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(ClockReader.class);
    private static final Duration BETWEEN = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    /** Of so many readings at a time the one counts whose answer came quickest. */
    private static final int READINGS = 3;

    private final DataSource database;
    private final SharedClock clock;
    private final Repeats repeats;
    private final Rounds rounds;
    private Duration toldSkew = Duration.ZERO;

    /** @param database to be asked for its time */
    public ClockReader(DataSource database, SharedClock clock) {
        this.database = database;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
        this.rounds = new Rounds("postroad-clock", "the time", BETWEEN.toMillis(), clock, this::readOrTell);
    }

    /** Goes on reading now and then. */
    public void start() {
        rounds.start();
    }

    private void readOrTell() {
        try {
            read();
        } catch (SQLException away) {
            repeats.warn("the time cannot be asked for; this worker's clock goes on by itself", away);
        }
    }

    /**
     * Reads the clock, and sets the worker's.
     *
     * @throws SQLException where Postgres does not answer
     */
    public void read() throws SQLException {
        Reading best = null;
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT clock_timestamp()")) {
            statement.setQueryTimeout((int) LIMIT.toSeconds());
            for (int i = 0; i < READINGS; i++) {
                Reading reading = read(statement);
                best = best == null || reading.took() < best.took() ? reading : best;
            }
        }
        if (best != null) {
            tell(clock.set(best.asked(), best.answered(), best.told()));
        }
    }

    private Reading read(PreparedStatement statement) throws SQLException {
        long asked = clock.elapsed();
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            Instant told = row.getObject(1, OffsetDateTime.class).toInstant();
            return new Reading(asked, clock.elapsed(), told);
        }
    }

    private synchronized void tell(Duration moved) {
        if (moved.abs().compareTo(TOLERATED) > 0) {
            LOG.warn(
                    "the clock of Postgres was set by {} s, or this machine was asleep; the worker goes by it",
                    seconds(moved));
        }
        Duration skew = clock.skew();
        if (skew.minus(toldSkew).abs().compareTo(TOLERATED) <= 0) {
            return;
        }
        toldSkew = skew;
        if (isOff(skew)) {
            LOG.warn("{}", told(skew));
        } else {
            LOG.info("this machine's clock agrees with that of Postgres again");
        }
    }

    /** Whether a machine's clock is off by more than is tolerated. */
    public static boolean isOff(Duration skew) {
        return skew.abs().compareTo(TOLERATED) > 0;
    }

    /** That a machine's clock is off, for people. */
    public static String told(Duration skew) {
        return "this machine's clock is " + seconds(skew.abs()) + " s " + (skew.isNegative() ? "behind" : "ahead of")
                + " that of Postgres, by which all workers go; set it right, for instance by NTP";
    }

    private static String seconds(Duration time) {
        return Double.toString(Math.round(time.toMillis() / 100.0) / 10.0);
    }

    @Override
    public void close() {
        rounds.close();
    }

    private record Reading(long asked, long answered, Instant told) {
        long took() {
            return answered - asked;
        }
    }
}
