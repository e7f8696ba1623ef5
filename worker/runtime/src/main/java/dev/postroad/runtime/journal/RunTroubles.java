package dev.postroad.runtime.journal;

/**
 * Told what keeps a run from going on, for its own log: who wonders at the run looks there, and not into those of all
 * workers. Must not block; thread-safe.
 */
@FunctionalInterface
public interface RunTroubles {
    /**
     * Tells it.
     *
     * @param what a sentence, with its reason
     */
    void tell(String runId, String what);
}
