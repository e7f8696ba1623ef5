package dev.postroad.runtime.ownership;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What this worker has of the shards, and is about to have or to give. Thread-safe. */
public final class Holdings {
    private final Set<Integer> assigned = new TreeSet<>();
    private final Set<Integer> moving = new TreeSet<>();
    private final Set<Integer> coming = new TreeSet<>();
    private final Map<Integer, Instant> lost = new TreeMap<>();
    private volatile Map<Integer, Long> epochs = Map.of();
    private long changes;
    private boolean leaving;

    /**
     * How it was at a time.
     *
     * @param changes how much had changed by then
     */
    record Snapshot(Map<Integer, Long> epochs, long changes) {}

    /** The shards that are taken up, each with the epoch of its claim. */
    Map<Integer, Long> epochs() {
        return epochs;
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(epochs, changes);
    }

    /** Whether nothing moved since then. */
    synchronized boolean isSince(Snapshot before) {
        return before.changes() == changes;
    }

    synchronized void assigned(Set<Integer> shards) {
        assigned.addAll(shards);
    }

    synchronized void revoked(Set<Integer> shards) {
        assigned.removeAll(shards);
        lost.keySet().removeAll(shards);
    }

    synchronized boolean isAssigned(int shard) {
        return assigned.contains(shard);
    }

    synchronized Set<Integer> unsettled() {
        Set<Integer> unsettled = new TreeSet<>(assigned);
        unsettled.removeAll(epochs.keySet());
        return unsettled;
    }

    /** What Kafka gave to this worker, or is on its way here because nobody has it, and is not here yet. */
    synchronized Set<Integer> toCome() {
        Set<Integer> toCome = new TreeSet<>(assigned);
        toCome.addAll(coming);
        toCome.removeAll(epochs.keySet());
        return toCome;
    }

    /** What Kafka gave to this worker, and is neither here nor on its way. */
    synchronized Set<Integer> wants() {
        Set<Integer> wants = leaving ? new TreeSet<>() : unsettled();
        wants.removeAll(moving);
        return wants;
    }

    synchronized Set<Integer> lost() {
        return new TreeSet<>(lost.keySet());
    }

    synchronized @Nullable Instant lostAt(int shard) {
        return lost.get(shard);
    }

    synchronized void leave() {
        leaving = true;
    }

    synchronized boolean isLeaving() {
        return leaving;
    }

    /** Whether the caller is the one who takes a shard up, until it says so. */
    synchronized boolean beginsTaking(int shard) {
        boolean begins = beginsMove(shard);
        if (begins) {
            coming.add(shard);
        }
        return begins;
    }

    /** Whether the caller is the one who moves a shard, until it says so. */
    synchronized boolean beginsMove(int shard) {
        changes++;
        return moving.add(shard);
    }

    synchronized void endMove(int shard) {
        changes++;
        moving.remove(shard);
        coming.remove(shard);
    }

    /** Whether it is to be taken up still. */
    synchronized boolean isWelcome(int shard) {
        return moving.contains(shard) && !leaving;
    }

    synchronized void take(int shard, long epoch) {
        changes++;
        Map<Integer, Long> more = new HashMap<>(epochs);
        more.put(shard, epoch);
        epochs = Map.copyOf(more);
        lost.remove(shard);
    }

    /** Whether it was here in that epoch, and is no more. */
    synchronized boolean letGo(int shard, long epoch) {
        if (!Objects.equals(epochs.get(shard), epoch)) {
            return false;
        }
        changes++;
        Map<Integer, Long> left = new HashMap<>(epochs);
        left.remove(shard);
        epochs = Map.copyOf(left);
        return true;
    }

    /** As {@link #letGo}, where another worker took it. */
    synchronized boolean lose(int shard, long epoch, Instant now) {
        if (!letGo(shard, epoch)) {
            return false;
        }
        if (assigned.contains(shard)) {
            lost.put(shard, now);
        }
        return true;
    }
}
