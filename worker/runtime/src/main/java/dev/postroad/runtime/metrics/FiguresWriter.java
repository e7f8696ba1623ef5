package dev.postroad.runtime.metrics;

import dev.postroad.runtime.metrics.LastFailures.LastFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a recorder has counted to Postgres, every few seconds and at the end, and deletes what is too old. What
 * cannot be written stays for the next time. Owns one thread.
 */
public final class FiguresWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FiguresWriter.class);
    private static final long EVERY_MILLIS = 5_000;
    private static final int MOST_ROWS_AT_ONCE = 1_000;

    /** How long a stop waits for the last figures; they are not worth more. */
    private static final Duration LONGEST_END = Duration.ofSeconds(5);

    private final CallRecorder recorder;
    private final FiguresTable table;
    private final OldFigures old;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    /**
     * @param worker what this process is called; none that runs at the same time is called the same
     * @param retention how long figures are kept, of all workers
     */
    public FiguresWriter(
            CallRecorder recorder, DataSource database, String worker, Duration retention, InstantSource clock) {
        this.recorder = recorder;
        table = new FiguresTable(database, worker);
        old = new OldFigures(database, retention, clock);
        thread = Thread.ofPlatform().name("postroad-agent-figures").daemon().unstarted(this::loop);
    }

    /** Starts to write. */
    public void start() {
        thread.start();
    }

    private void loop() {
        try {
            while (!closing.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
                flush();
            }
            flush();
        } catch (InterruptedException tookTooLong) {
            LOG.warn("the last figures of agents are lost, as Postgres does not take them in time");
        }
    }

    /** Writes what there is now, and deletes what is old; confined to one thread. */
    void flush() {
        try {
            writeFigures();
            writeErrors();
            old.sweep();
        } catch (SQLException away) {
            LOG.warn("cannot write how agents fare, but will: {}", away.getMessage());
        } catch (RuntimeException defect) {
            LOG.error("writing how agents fare broke; it goes on", defect);
        }
    }

    private void writeFigures() throws SQLException {
        List<Cell> changed = recorder.cells().changed();
        for (int from = 0; from < changed.size(); from += MOST_ROWS_AT_ONCE) {
            write(changed.subList(from, Math.min(changed.size(), from + MOST_ROWS_AT_ONCE)));
        }
    }

    private void write(List<Cell> cells) throws SQLException {
        goOnFromEarlier(cells.stream().filter(Cell::isNew).toList());
        List<CellRow> rows =
                cells.stream().map(cell -> cell.sum().row(cell.key())).toList();
        table.write(rows);
        for (int i = 0; i < rows.size(); i++) {
            Cell cell = cells.get(i);
            cell.written(rows.get(i).calls());
            if (cell.isSealed()) {
                recorder.cells().forget(cell);
            }
        }
    }

    /** A worker that is started again within the minute, under its old name, finds rows of its own. */
    private void goOnFromEarlier(List<Cell> unknown) throws SQLException {
        if (unknown.isEmpty()) {
            return;
        }
        Map<CellKey, Tally> earlier =
                table.earlier(unknown.stream().map(Cell::key).toList());
        unknown.forEach(cell -> cell.goOnFrom(earlier.getOrDefault(cell.key(), new Tally())));
    }

    private void writeErrors() throws SQLException {
        Map<String, LastFailure> failures = recorder.failures().unwritten();
        if (!failures.isEmpty()) {
            table.writeErrors(failures);
            recorder.failures().written(failures);
        }
    }

    /** Writes what there is, and stops. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (thread.isAlive() && !thread.join(LONGEST_END)) {
                thread.interrupt();
            }
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
