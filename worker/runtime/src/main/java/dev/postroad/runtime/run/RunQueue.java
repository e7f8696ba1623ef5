package dev.postroad.runtime.run;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Admitted runs that wait for a place: higher priority first, in order of admission within a priority. Confined to the
 * lane's thread, which admits no more than {@link #CAPACITY}; the rest waits in Kafka.
 */
final class RunQueue {
    /** The most runs that wait in one lane's memory. */
    static final int CAPACITY = 5_000;

    private final PriorityQueue<LiveRun> queue = new PriorityQueue<>(
            Comparator.comparingInt((LiveRun live) -> -live.run().admission().priority())
                    .thenComparingLong(live -> live.key().number()));

    private long bytes;

    void add(LiveRun run) {
        queue.add(run);
        bytes += run.bytes();
    }

    /** The run whose turn it is; null where none waits. */
    @Nullable
    LiveRun poll() {
        LiveRun next = queue.poll();
        bytes -= next == null ? 0 : next.bytes();
        return next;
    }

    int size() {
        return queue.size();
    }

    /** About how much memory the runs take. */
    long bytes() {
        return bytes;
    }

    void removeShard(int shard) {
        queue.removeIf(run -> run.key().shard() == shard);
        bytes = queue.stream().mapToLong(LiveRun::bytes).sum();
    }
}
