package dev.postroad.runtime.journal;

/**
 * When a run is worth a snapshot: once what came since the last outweighs it, so that all snapshots of a run together weigh
 * no more than its journal, and what is read to load it is bounded by its state. The weight is told by whoever writes them;
 * the rest is confined to the lane's thread.
 */
public final class SnapshotPace {
    /** Fewer rows than these are folded in less time than it takes to look for a snapshot that is worth it. */
    static final int LEAST_ROWS = 500;

    /** About what a row takes in the table and its index besides its data, so that many small rows weigh what they do. */
    static final int ROW_BYTES = 128;

    private int rows;
    private long bytes;
    private volatile long weight;

    /**
     * Notes rows that are committed.
     *
     * @param added the rows
     * @return about the bytes of rows since the last snapshot where another is due, and it is counted anew; else 0
     */
    public long grown(Iterable<JournalRow> added) {
        for (JournalRow row : added) {
            rows++;
            bytes += ROW_BYTES + row.data().length;
        }
        if (rows < LEAST_ROWS || bytes < weight) {
            return 0;
        }
        long since = bytes;
        rows = 0;
        bytes = 0;
        return since;
    }

    void weighs(long snapshotBytes) {
        weight = snapshotBytes;
    }
}
