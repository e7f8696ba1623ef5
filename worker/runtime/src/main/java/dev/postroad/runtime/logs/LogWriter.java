package dev.postroad.runtime.logs;

import dev.postroad.runtime.background.PeriodicWriter;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.database.SqlVerdict;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the lines of runs to Postgres, many at once. While Postgres is away, lines wait as long as there is room. Owns
 * one thread.
 */
public final class LogWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);
    private static final int MOST_AT_ONCE = 2_000;

    /** Lines that come in this time go together: a commit for each would be at the cost of the journal's. */
    private static final long GATHERING_MILLIS = 100;

    private static final long PAUSE_MILLIS = 1_000;

    private final Repeats repeats;
    private final RunLogs logs;
    private final LogTable table;
    private final LogPartitions partitions;
    private final PeriodicWriter writer =
            new PeriodicWriter("postroad-logs", "lines of runs' logs", GATHERING_MILLIS, this::round, this::rest);

    /**
     * @param worker what this process is called
     * @param retention how long lines are kept, of all workers
     */
    public LogWriter(RunLogs logs, DataSource database, String worker, Duration retention, InstantSource clock) {
        this.logs = logs;
        repeats = new Repeats(LOG, clock);
        table = new LogTable(database, worker);
        partitions = new LogPartitions(database, retention, clock);
    }

    /** Starts to write. */
    public void start() {
        writer.start();
    }

    private void rest() throws InterruptedException {
        while (!logs.isEmpty()) {
            round();
        }
    }

    private void round() throws InterruptedException {
        try {
            partitions.sweep();
        } catch (SQLException silent) {
            LOG.debug("the partitions of the log wait until Postgres is back", silent);
        } catch (RuntimeException defect) {
            repeats.error("keeping the partitions of the log broke; it goes on", defect);
        }
        List<LogEntry> entries = logs.next(MOST_AT_ONCE);
        if (entries.isEmpty()) {
            return;
        }
        try {
            write(entries);
        } catch (RuntimeException defect) {
            repeats.error("writing the logs of runs broke; lines are dropped, and it goes on", defect);
        }
    }

    private void write(List<LogEntry> entries) throws InterruptedException {
        try {
            writeOnceThere(entries);
            logs.settled(entries, true);
        } catch (SQLException refused) {
            if (SqlVerdict.of(refused) == SqlVerdict.REFUSED) {
                writeApart(entries, refused);
            } else {
                repeats.warn("lines of runs' logs are dropped", refused);
                logs.settled(entries, false);
            }
        } catch (InterruptedException | RuntimeException lost) {
            logs.settled(entries, false);
            throw lost;
        }
    }

    private void writeOnceThere(List<LogEntry> entries) throws SQLException, InterruptedException {
        while (true) {
            try {
                table.write(entries);
                return;
            } catch (SQLException failed) {
                if (!SqlVerdict.isAway(failed)) {
                    throw failed;
                }
                repeats.warn("the logs of runs wait for Postgres", failed);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** A line that Postgres does not take is dropped, and no other with it. */
    private void writeApart(List<LogEntry> entries, SQLException refused) throws InterruptedException {
        if (entries.size() == 1) {
            repeats.warn(
                    "a line of the log of run " + entries.getFirst().source().runId() + " is dropped", refused);
            logs.settled(entries, false);
            return;
        }
        int half = entries.size() / 2;
        write(entries.subList(0, half));
        write(entries.subList(half, entries.size()));
    }

    /** Writes what there is, and stops. */
    @Override
    public void close() {
        writer.close();
    }
}
