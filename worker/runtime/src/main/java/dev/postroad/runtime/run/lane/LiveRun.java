package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.SnapshotPace;
import dev.postroad.runtime.trace.TracedRun;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A run that a lane has in its hands. Confined to the lane's thread, but for {@link #key}. */
final class LiveRun {
    private final RunKey key;
    private final int bytes;
    private final RunKey publishedKey;
    private final @Nullable TracedRun trace;
    private final SnapshotPace pace = new SnapshotPace();
    private Run run;
    private int statusSeq;
    private boolean holdsPlace;
    private int uncommitted;
    private boolean kept;
    private boolean away;
    private boolean held;
    private @Nullable Instant postponedUntil;

    /**
     * @param trace null where the run is not traced
     * @param statusSeq what the row of the run has as that
     * @param bytes about how much memory it takes while it waits
     */
    LiveRun(RunKey key, @Nullable TracedRun trace, Run run, int statusSeq, int bytes) {
        this.key = key;
        this.publishedKey = trace == null ? key : key.within(trace.traceParent());
        this.trace = trace;
        this.bytes = bytes;
        this.run = run;
        this.statusSeq = statusSeq;
    }

    RunKey key() {
        return key;
    }

    /** The key under which its events are published: those of a traced run are told as part of it. */
    RunKey publishedKey() {
        return publishedKey;
    }

    /** The run as traces know it; null where it is not traced. */
    @Nullable
    TracedRun trace() {
        return trace;
    }

    int bytes() {
        return bytes;
    }

    Run run() {
        return run;
    }

    /** When it is worth a snapshot. */
    SnapshotPace pace() {
        return pace;
    }

    /** Takes the next decision, which is not committed yet. */
    void become(Run next) {
        run = next;
        postponedUntil = null;
        uncommitted++;
    }

    /** The oldest decision that was not committed yet is, or never will be. */
    void settle() {
        uncommitted--;
    }

    /** Of a queued run whose graph has limits: the row of its journal with which it came into the queue, as its row has it. */
    int statusSeq() {
        return statusSeq;
    }

    /** What was decided of it is committed, and has changed its row. */
    void written(int seq) {
        statusSeq = seq;
    }

    /** Whether all that was decided of it is committed. */
    boolean isSettled() {
        return uncommitted == 0;
    }

    /** It waits as before, and need not be looked at before a time. */
    void postpone(Instant until) {
        postponedUntil = until;
    }

    boolean isPostponed() {
        return postponedUntil != null;
    }

    /** When it goes on by itself, or is to be looked at; null where it waits for somebody alone. */
    @Nullable
    Instant wakeAt() {
        return postponedUntil == null ? run.wakeAt() : postponedUntil;
    }

    /** Whether it was put away: it is in Postgres alone now, and what still refers to it is of no use. */
    boolean isAway() {
        return away;
    }

    void putAway() {
        away = true;
    }

    /** Whether it is what {@link RunTable} has of its run; of the table alone, which is asked with every step. */
    boolean isHeld() {
        return held;
    }

    void hold(boolean holds) {
        held = holds;
    }

    /** Whether there is a limit on runs for it, so that it begins by turns. */
    boolean isLimited() {
        return run.queue().isLimited();
    }

    /** Whether it is queued, and in memory for when it begins. */
    boolean isKept() {
        return kept;
    }

    void keep(boolean keeps) {
        kept = keeps;
    }

    /** Whether it counts among the runs that are in flight. */
    boolean holdsPlace() {
        return holdsPlace;
    }

    void holdPlace(boolean holds) {
        holdsPlace = holds;
    }
}
