package dev.postroad.runtime.run.calls;

/** Holds calls up while this worker cannot know that their runs are still its own. Thread-safe. */
@FunctionalInterface
public interface CallGate {
    /**
     * Waits until calls may begin; costs next to nothing where they may.
     *
     * @throws InterruptedException where the call is not to begin any more
     */
    void await() throws InterruptedException;
}
