package dev.postroad.runtime.run;

import dev.postroad.contracts.message.RunStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The runs that a lane has in its hands, and who of them has a place among those in flight. Confined to the lane's
 * thread.
 */
final class RunTable {
    private final int places;
    private final LaneFigures figures;
    private final Map<String, LiveRun> runs = new HashMap<>();
    private final RunQueue queue = new RunQueue();
    private int taken;

    /** @param places the most runs in flight */
    RunTable(int places, LaneFigures figures) {
        this.places = places;
        this.figures = figures;
    }

    @Nullable
    LiveRun find(String runId) {
        return runs.get(runId);
    }

    /** Whether this very object is still the run's; one that was dropped meanwhile is not. */
    boolean holds(LiveRun live) {
        return runs.get(live.key().id()) == live;
    }

    /** Takes in a run that is under way, or was called back; it gets a place in any case. */
    void resume(LiveRun live) {
        runs.put(live.key().id(), live);
        takePlace(live);
    }

    /** Takes in a run that has not begun; false where it has to wait for a place. */
    boolean enter(LiveRun live) {
        runs.put(live.key().id(), live);
        if (taken < places) {
            takePlace(live);
            return true;
        }
        queue.add(live);
        report();
        return false;
    }

    /** Whether a place is free while runs wait for one. */
    boolean canBegin() {
        return taken < places && queue.size() > 0;
    }

    /** The next run that may begin, with its place taken; null where none waits or no place is free. */
    @Nullable
    LiveRun nextToBegin() {
        while (taken < places) {
            LiveRun next = queue.poll();
            if (next == null) {
                break;
            }
            // One that was cancelled, or turned out to be a duplicate, is still in the queue and takes no place.
            if (holds(next) && next.run().status() == RunStatus.QUEUED) {
                takePlace(next);
                return next;
            }
        }
        report();
        return null;
    }

    void remove(LiveRun live) {
        live.putAway();
        leavePlace(live);
        runs.remove(live.key().id(), live);
        report();
    }

    /** Removes all runs of a shard, and gives them. */
    List<LiveRun> removeShard(int shard) {
        List<LiveRun> gone = new ArrayList<>();
        runs.values().removeIf(live -> live.key().shard() == shard && gone.add(live));
        gone.forEach(LiveRun::putAway);
        gone.forEach(this::leavePlace);
        queue.removeShard(shard);
        report();
        return gone;
    }

    private void takePlace(LiveRun live) {
        if (!live.holdsPlace()) {
            live.holdPlace(true);
            taken++;
        }
        report();
    }

    private void leavePlace(LiveRun live) {
        if (live.holdsPlace()) {
            live.holdPlace(false);
            taken--;
        }
    }

    private void report() {
        figures.queued(queue.size(), queue.bytes());
        figures.running(taken);
    }
}
