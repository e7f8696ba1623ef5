package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.StoredRun;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads runs back on virtual threads, and tries again while Postgres is away. Thread-safe. */
public final class JournalRunLoader implements RunLoader, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalRunLoader.class);
    private static final long PAUSE_MILLIS = 500;

    private final JournalReader journal;
    private final StoredRun.Graphs graphs;
    private final Repeats repeats;
    private final GatheredLoads gathered = new GatheredLoads();

    /** That of the worker, which is told of what its threads end with. */
    private final Thread.UncaughtExceptionHandler owner = Thread.currentThread().getThreadGroup();

    private volatile boolean closed;

    public JournalRunLoader(JournalReader journal, StoredRun.Graphs graphs, InstantSource clock) {
        this.repeats = new Repeats(LOG, clock);
        this.journal = journal;
        this.graphs = graphs;
    }

    @Override
    public void load(String runId, Consumer<Optional<StoredRun>> loaded) {
        if (gathered.add(runId, loaded)) {
            start(this::readGathered);
        }
    }

    private void readGathered() {
        var next = gathered.next();
        while (!next.isEmpty()) {
            var together = next;
            try {
                tryUntilDone(() -> read(together));
            } catch (RuntimeException | Error defect) {
                Memory.passOnIfShort(defect);
                // Which of them it is about shows where each is read alone; and those that gather go on being read.
                together.forEach((runId, all) ->
                        load(() -> journal.find(runId, graphs), found -> all.forEach(loaded -> loaded.accept(found))));
            }
            next = gathered.next();
        }
    }

    private void read(Map<String, List<Consumer<Optional<StoredRun>>>> together) throws SQLException {
        Map<String, StoredRun> found = journal.find(together.keySet(), graphs);
        together.forEach((runId, all) -> all.forEach(loaded -> loaded.accept(Optional.ofNullable(found.get(runId)))));
    }

    @Override
    public void load(String runId, @Nullable Integer version, Consumer<Optional<StoredRun>> loaded) {
        load(() -> version == null ? journal.find(runId, graphs) : journal.findAt(runId, version, graphs), loaded);
    }

    @Override
    public void load(Collection<String> runIds, BiConsumer<String, Optional<StoredRun>> loaded) {
        untilDone(() -> {
            Map<String, StoredRun> found = journal.find(runIds, graphs);
            runIds.forEach(runId -> loaded.accept(runId, Optional.ofNullable(found.get(runId))));
        });
    }

    private void load(Search search, Consumer<Optional<StoredRun>> loaded) {
        untilDone(() -> loaded.accept(search.run()));
    }

    private void untilDone(Reading reading) {
        start(() -> tryUntilDone(reading));
    }

    private void start(Runnable reading) {
        Thread.ofVirtual().name("postroad-load").uncaughtExceptionHandler(owner).start(reading);
    }

    private void tryUntilDone(Reading reading) {
        while (!closed) {
            try {
                reading.run();
                return;
            } catch (SQLException | JdbiException away) {
                repeats.warn("runs cannot be read back yet", away);
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Reading {
        void run() throws SQLException;
    }

    private interface Search {
        Optional<StoredRun> run() throws SQLException;
    }

    @Override
    public void close() {
        closed = true;
    }
}
