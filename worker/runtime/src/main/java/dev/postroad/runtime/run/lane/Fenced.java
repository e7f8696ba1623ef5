package dev.postroad.runtime.run.lane;

/** Told of a shard that turned out to have a new owner. Must not block. */
@FunctionalInterface
public interface Fenced {
    /**
     * The shard is another's.
     *
     * @param epoch the one that is over
     */
    void fenced(int shard, long epoch);
}
