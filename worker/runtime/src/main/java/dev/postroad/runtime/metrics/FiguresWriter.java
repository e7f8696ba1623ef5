package dev.postroad.runtime.metrics;

import dev.postroad.runtime.background.PeriodicWriter;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.metrics.LastFailures.LastFailure;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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

    private final Repeats repeats;
    private final CallRecorder recorder;
    private final FiguresTable table;
    private final OldFigures old;
    private final PeriodicWriter writer =
            new PeriodicWriter("postroad-agent-figures", "figures of agents", EVERY_MILLIS, this::flush, this::flush);

    /**
     * @param worker what this process is called; none that runs at the same time is called the same
     * @param retention how long figures are kept, of all workers
     */
    public FiguresWriter(
            CallRecorder recorder, DataSource database, String worker, Duration retention, InstantSource clock) {
        this.recorder = recorder;
        repeats = new Repeats(LOG, clock);
        table = new FiguresTable(database, worker);
        old = new OldFigures(database, retention, clock);
    }

    /** Starts to write. */
    public void start() {
        writer.start();
    }

    /** Writes what there is now, and deletes what is old; confined to one thread. */
    void flush() {
        try {
            writeFigures();
            writeErrors();
            old.sweep();
        } catch (SQLException away) {
            repeats.warn("cannot write how agents fare, but will", away);
        } catch (RuntimeException defect) {
            repeats.error("writing how agents fare broke; it goes on", defect);
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
        writer.close();
    }
}
