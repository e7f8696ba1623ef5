package dev.postroad.runtime.run.lane;

import dev.postroad.runtime.journal.JournalWriter;
import dev.postroad.runtime.publish.EventOutbox;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The shards that a lane owns, each with the epoch that fences its writes. Confined to the lane's thread. */
final class LaneShards {
    private static final Duration REMEMBER_EVERY = Duration.ofSeconds(1);

    private final JournalWriter journal;
    private final EventOutbox outbox;
    private final LaneFigures figures;
    private Fenced fenced = (shard, epoch) -> {};
    private final Map<Integer, Long> epochs = new TreeMap<>();
    private Instant remembered = Instant.EPOCH;

    LaneShards(JournalWriter journal, EventOutbox outbox, LaneFigures figures) {
        this.journal = journal;
        this.outbox = outbox;
        this.figures = figures;
    }

    /** To be called before the lane's thread starts. */
    void tell(Fenced listener) {
        fenced = listener;
    }

    boolean owns(int shard) {
        return epochs.containsKey(shard);
    }

    /** The epoch of a shard that it owns; null of another. */
    @Nullable
    Long epoch(int shard) {
        return epochs.get(shard);
    }

    Map<Integer, Long> epochs() {
        return epochs;
    }

    void own(int shard, long epoch, Instant publishedAt) {
        epochs.put(shard, epoch);
        outbox.own(shard, publishedAt);
    }

    void disown(int shard) {
        epochs.remove(shard);
        outbox.disown(shard);
    }

    /** Another worker raised the epoch: nothing can be written for the shard any more. */
    void lose(int shard) {
        Long epoch = epochs.get(shard);
        disown(shard);
        figures.fenced();
        if (epoch != null) {
            fenced.fenced(shard, epoch);
        }
    }

    void disownAll() {
        epochs.clear();
    }

    /**
     * Notes in Postgres what is published, every second.
     *
     * @param now the real time
     */
    void rememberNowAndThen(LaneClock clock, Instant now) {
        figures.outstanding(outbox.outstandingBytes(), outbox.shardsBehind());
        // A clock that was set back, by however much, holds nothing up.
        if (Duration.between(remembered, now).abs().compareTo(REMEMBER_EVERY) >= 0) {
            remembered = now;
            remember(clock.stamp(now));
        }
    }

    /** @param stamp no row to come will be older */
    void remember(Instant stamp) {
        if (!epochs.isEmpty()) {
            journal.rememberPublished(outbox.publishedUntil(stamp), epochs);
        }
    }
}
