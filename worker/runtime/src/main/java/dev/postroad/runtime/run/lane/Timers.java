package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Command;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What is due when. A timer of a run that is no longer in memory stays until its time has come and is ignored then; when more than half
 * are such, they are swept out. Confined to the lane's thread.
 */
final class Timers {
    private static final int SWEEP_FROM = 10_000;

    private final PriorityQueue<Timer> queue = new PriorityQueue<>(Comparator.comparing(Timer::at));
    private int sweepAt = SWEEP_FROM;

    /** A command for a run at a time. */
    record Timer(Instant at, LiveRun run, Command command) {}

    void add(Instant at, LiveRun run, Command command) {
        queue.add(new Timer(at, run, command));
        if (queue.size() > sweepAt) {
            queue.removeIf(timer -> timer.run().isAway());
            sweepAt = Math.max(SWEEP_FROM, queue.size() * 2);
        }
    }

    /** The next timer that is due; null where none is. */
    @Nullable
    Timer pollDue(Instant now) {
        Timer next = queue.peek();
        return next == null || next.at().isAfter(now) ? null : queue.poll();
    }

    /** When the next timer is due; null where there is none. */
    @Nullable
    Instant nextAt() {
        Timer next = queue.peek();
        return next == null ? null : next.at();
    }

    void removeShard(int shard) {
        queue.removeIf(timer -> timer.run().key().shard() == shard);
    }
}
