package dev.postroad.runtime.journal;

import dev.postroad.runtime.database.PostgresTrouble;
import dev.postroad.runtime.database.SqlVerdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection of a writer, made anew whenever it may be of no use, until what is to be done is done. Confined to the
 * writer's thread, but for {@link #trouble} and {@link #failures}.
 */
final class JournalConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalConnection.class);

    /** A trouble that stays is told again after so many tries. */
    private static final int TOLD_EVERY = 50;

    /** A row of no run, which is rolled back: whether Postgres takes rows at all. */
    private static final String ROW_OF_NOBODY = """
        INSERT INTO postroad.journal (run, seq, type, superstep, version, at, progress, data)
        VALUES (0, 1, 'nothing', 0, 0, now(), 0, '{}')\
        """;

    private final DataSource database;
    private final BooleanSupplier givingUp;
    private final Pauses pauses;
    private final LongAdder failures = new LongAdder();
    private @Nullable Connection connection;
    private volatile @Nullable String trouble;

    /** Statements that are done together. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /**
     * How long to wait between tries: twice as long each time.
     *
     * @param firstMillis at least 1
     */
    record Pauses(long firstMillis, long longestMillis) {
        static final Pauses USUAL = new Pauses(200, 2_000);

        private static final int MOST_DOUBLINGS = 10;

        long millis(int tries) {
            return Math.min(longestMillis, firstMillis << Math.min(tries - 1, MOST_DOUBLINGS));
        }
    }

    /** @param givingUp whether to stop trying */
    JournalConnection(DataSource database, BooleanSupplier givingUp, Pauses pauses) {
        this.database = database;
        this.givingUp = givingUp;
        this.pauses = pauses;
    }

    /** What keeps the writer from going on; null where nothing does. */
    @Nullable
    String trouble() {
        return trouble;
    }

    /** How many statements failed. */
    long failures() {
        return failures.sum();
    }

    PreparedStatement prepare(String sql) throws SQLException {
        return connected().prepareStatement(sql);
    }

    BaseConnection base() throws SQLException {
        return Objects.requireNonNull(connection).unwrap(BaseConnection.class);
    }

    private Connection connected() throws SQLException {
        Connection current = connection;
        if (current == null) {
            current = database.getConnection();
            connection = current;
            current.setAutoCommit(true);
        }
        return current;
    }

    /**
     * Does what needs nobody's data, and tries for as long as it takes.
     *
     * @throws JournalUnavailableException where the writer gave up
     */
    <T> T untilDone(Work<T> work) {
        for (int tries = 1; ; tries++) {
            try {
                return done(work.run());
            } catch (SQLException failed) {
                failed(failed, tries);
                pauseOrGiveUp(failed, tries);
            }
        }
    }

    /**
     * Does something, and tries for as long as nothing in it seems to be to blame. An error that is mostly the moment's or
     * the site's counts half of one that is mostly the statement's own.
     *
     * @param doubts how often it may fail with an error that it may be to blame for
     * @throws RefusedException where it may be to blame
     * @throws JournalUnavailableException where the writer gave up
     */
    <T> T untilJudged(int doubts, Work<T> work) {
        int halfDoubts = 0;
        for (int tries = 1; ; tries++) {
            try {
                return done(work.run());
            } catch (SQLException failed) {
                // While connecting, no statement is at fault.
                boolean isConnected = connection != null;
                if (isConnected && SqlVerdict.of(failed) == SqlVerdict.REFUSED) {
                    failures.increment();
                    throw new RefusedException(failed, true);
                }
                failed(failed, tries);
                halfDoubts += isConnected ? halfDoubts(failed) : 0;
                if (halfDoubts >= 2 * doubts) {
                    throw new RefusedException(failed, false);
                }
                pauseOrGiveUp(failed, tries);
            }
        }
    }

    private static int halfDoubts(SQLException failed) {
        if (SqlVerdict.isFull(failed)) {
            // There may be room for the little that would be written to find out.
            return 0;
        }
        return SqlVerdict.of(failed) == SqlVerdict.DOUBTFUL ? 2 : 1;
    }

    /**
     * Whether Postgres takes a row of nobody, and some other work, at the first try. Where it does not, waits until it does.
     *
     * @param other what is done beside it
     * @throws JournalUnavailableException where the writer gave up
     */
    boolean takesRows(Work<?> other) {
        boolean[] failedBefore = {false};
        untilDone(() -> {
            boolean failed = true;
            try {
                writeAndRollBack();
                runUnlessToBlame(other);
                failed = false;
            } finally {
                failedBefore[0] |= failed;
            }
            return true;
        });
        return !failedBefore[0];
    }

    /** What fails by what is in it, before Postgres looks at whose it is, says nothing of the rows of others. */
    private void runUnlessToBlame(Work<?> other) throws SQLException {
        try {
            other.run();
        } catch (SQLException failed) {
            switch (SqlVerdict.of(failed)) {
                case DOUBTFUL, REFUSED -> disconnect();
                case PASSING, SITE -> throw failed;
            }
        }
    }

    private void writeAndRollBack() throws SQLException {
        Connection current = connected();
        current.setAutoCommit(false);
        try (PreparedStatement row = current.prepareStatement(ROW_OF_NOBODY)) {
            row.executeUpdate();
        } finally {
            current.rollback();
            current.setAutoCommit(true);
        }
    }

    private <T> T done(T result) {
        if (trouble != null) {
            trouble = null;
            LOG.info("Postgres carries statements out again");
        }
        return result;
    }

    private void failed(SQLException failed, int tries) {
        failures.increment();
        trouble = PostgresTrouble.say(failed);
        disconnect();
        if (tries % TOLD_EVERY == 1) {
            LOG.warn("a statement failed, and is sent again (tries so far: {}): {}", tries, trouble);
        }
    }

    private void pauseOrGiveUp(SQLException failed, int tries) {
        boolean interrupted = false;
        try {
            TimeUnit.MILLISECONDS.sleep(pauses.millis(tries));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            interrupted = true;
        }
        if (interrupted || givingUp.getAsBoolean()) {
            throw new JournalUnavailableException(PostgresTrouble.say(failed), failed);
        }
    }

    private void disconnect() {
        Connection broken = connection;
        connection = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (SQLException alreadyBroken) {
                LOG.debug("closing a broken connection", alreadyBroken);
            }
        }
    }

    @Override
    public void close() {
        disconnect();
    }
}
