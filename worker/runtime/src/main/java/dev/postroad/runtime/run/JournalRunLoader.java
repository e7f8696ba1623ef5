package dev.postroad.runtime.run;

import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.StoredRun;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads runs back on virtual threads, and tries again while Postgres is away. Thread-safe. */
public final class JournalRunLoader implements RunLoader, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRunLoader.class);
    private static final long PAUSE_MILLIS = 500;

    private final JournalReader journal;
    private final StoredRun.Graphs graphs;
    private volatile boolean closed;

    public JournalRunLoader(JournalReader journal, StoredRun.Graphs graphs) {
        this.journal = journal;
        this.graphs = graphs;
    }

    @Override
    public void load(String runId, Consumer<Optional<StoredRun>> loaded) {
        load(runId, () -> journal.find(runId, graphs), loaded);
    }

    @Override
    public void load(String runId, int version, Consumer<Optional<StoredRun>> loaded) {
        load(runId, () -> journal.findAt(runId, version, graphs), loaded);
    }

    private void load(String runId, Search search, Consumer<Optional<StoredRun>> loaded) {
        Thread.ofVirtual().name("postroad-load").start(() -> {
            while (!closed) {
                try {
                    loaded.accept(search.run());
                    return;
                } catch (SQLException away) {
                    LOG.warn("run {} cannot be read back yet: {}", runId, away.getMessage());
                    pause();
                }
            }
        });
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Search {
        Optional<StoredRun> run() throws SQLException;
    }

    @Override
    public void close() {
        closed = true;
    }
}
