package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;

/** Takes runs of which a snapshot may be worth while. Thread-safe; does not block. */
public interface SnapshotDesk {
    /** Takes none. */
    SnapshotDesk NONE = (key, run, pace, bytesSince) -> {};

    /**
     * Takes a run as it is after a row that is committed.
     *
     * @param pace is told how much the snapshot weighs
     * @param bytesSince of the rows since the last snapshot; one that weighs more is not written
     */
    void offer(RunKey key, Run run, SnapshotPace pace, long bytesSince);
}
