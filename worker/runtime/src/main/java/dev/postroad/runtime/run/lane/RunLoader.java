package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.journal.StoredRun;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads runs back from the journal without making the caller wait. Thread-safe. */
public interface RunLoader {
    /** Reads a run and hands it over, from another thread; empty where there is none. Tries until it is known. */
    void load(String runId, Consumer<Optional<StoredRun>> loaded);

    /** Reads runs and hands each over, from another thread; empty where there is none. Tries until it is known. */
    void load(Collection<String> runIds, BiConsumer<String, Optional<StoredRun>> loaded);

    /**
     * Reads a run as it was when a version of its state was made; empty where there is no such run or version.
     *
     * @param version null for the newest
     * @param loaded may wait for Postgres
     */
    void load(String runId, @Nullable Integer version, Consumer<Optional<StoredRun>> loaded);
}
