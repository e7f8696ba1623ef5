package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.journal.JournalRow;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What a lane has done and has in hand. Written by the lane's thread, read by any. */
public final class LaneFigures {
    private final LongAdder rows = new LongAdder();
    private final LongAdder transitions = new LongAdder();
    private final LongAdder commits = new LongAdder();
    private final LongAdder commitNanos = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder overspent = new LongAdder();
    private final LongAdder fences = new LongAdder();
    private final LongAdder recoveries = new LongAdder();
    private volatile int kept;
    private volatile int running;
    private volatile long outstandingBytes;
    private volatile int shardsBehind;

    /** Journal rows committed. */
    public long rows() {
        return rows.sum();
    }

    /** Nodes completed. */
    public long transitions() {
        return transitions.sum();
    }

    /** Batches committed. */
    public long commits() {
        return commits.sum();
    }

    /** Nanoseconds that were spent on committing them, tries that failed among them. */
    public long commitNanos() {
        return commitNanos.sum();
    }

    /** Runs that came to an end. */
    public long ended() {
        return ended.sum();
    }

    /** Times that a budget was found exceeded. */
    public long overspent() {
        return overspent.sum();
    }

    /** Shards lost to another worker at a commit. */
    public long fences() {
        return fences.sum();
    }

    /** Unfinished runs taken up from their journals. */
    public long recoveries() {
        return recoveries.sum();
    }

    /** Queued runs that are in memory. */
    public int kept() {
        return kept;
    }

    /** Runs in flight. */
    public int running() {
        return running;
    }

    /** Bytes of events that Kafka has not acknowledged. */
    public long outstandingBytes() {
        return outstandingBytes;
    }

    /** Shards whose events are being read back from the journal. */
    public int shardsBehind() {
        return shardsBehind;
    }

    /** A stopwatch, for {@link #committed}. */
    long committing() {
        return System.nanoTime();
    }

    void committed(long begun) {
        commits.increment();
        commitNanos.add(System.nanoTime() - begun);
    }

    /** Counts rows that are in the journal. */
    void wrote(List<JournalRow> written) {
        rows.add(written.size());
        for (JournalRow row : written) {
            EventType type = row.event().body().type();
            if (type == EventType.NODE_COMPLETED) {
                transitions.increment();
            } else if (type.endsRun()) {
                ended.increment();
            } else if (type == EventType.BUDGET_EXCEEDED) {
                overspent.increment();
            }
        }
    }

    void fenced() {
        fences.increment();
    }

    void recovered(int runs) {
        recoveries.add(runs);
    }

    void kept(int runs) {
        kept = runs;
    }

    void running(int runs) {
        running = runs;
    }

    void outstanding(long bytes, int behind) {
        outstandingBytes = bytes;
        shardsBehind = behind;
    }
}
