package dev.postroad.runtime.run;

import dev.postroad.runtime.journal.StoredRun;
import java.util.Optional;
import java.util.function.Consumer;

/** Reads runs back from the journal without making the caller wait. Thread-safe. */
public interface RunLoader {
    /** Reads a run and hands it over, from another thread; empty where there is none. Tries until it is known. */
    void load(String runId, Consumer<Optional<StoredRun>> loaded);

    /** Reads a run as it was when a version of its state was made; empty where there is no such run or version. */
    void load(String runId, int version, Consumer<Optional<StoredRun>> loaded);
}
