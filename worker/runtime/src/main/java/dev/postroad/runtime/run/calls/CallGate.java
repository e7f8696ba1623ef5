package dev.postroad.runtime.run.calls;

/**
 * The one door to the outside: holds calls up while this worker cannot know what is still its own, and lets none through
 * that was ordered when it was. Thread-safe.
 */
@FunctionalInterface
public interface CallGate {
    /**
     * Waits until it can be known; costs next to nothing where it is.
     *
     * @param epoch of the shard, when the call was ordered
     * @return whether the shard is this worker's in that epoch still; else whoever has it next makes the call
     * @throws InterruptedException where the call is not to begin any more
     */
    boolean opensFor(int shard, long epoch) throws InterruptedException;
}
