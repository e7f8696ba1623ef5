package dev.postroad.runtime.run;

import dev.postroad.runtime.journal.StoredRun;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads runs back from the journal without making the caller wait. Thread-safe. */
@FunctionalInterface
public interface RunLoader {
    /** Reads a run and hands it over, from another thread; empty where there is none. Tries until it is known. */
    void load(String runId, Consumer<Optional<StoredRun>> loaded);
}
