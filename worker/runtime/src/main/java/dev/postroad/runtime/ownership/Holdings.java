package dev.postroad.runtime.ownership;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What this worker has of the shards, and is about to have or to give. A shard is held from just before its lane has it,
 * and taken up, for whoever brings something for its runs, once its lane has it; both end at once when it is let go or lost,
 * however long its lane takes to hear of it. Thread-safe.
 */
public final class Holdings {
    private final Set<Integer> assigned = new TreeSet<>();
    private final Set<Integer> moving = new TreeSet<>();
    private final Set<Integer> coming = new TreeSet<>();
    private final Map<Integer, Instant> lost = new TreeMap<>();
    private volatile Map<Integer, Long> held = Map.of();
    private volatile Map<Integer, Long> epochs = Map.of();
    private long changes;
    private boolean leaving;
    private boolean kafkaIsSilent;

    /**
     * How it was at a time.
     *
     * @param held the shards that were held, each with the epoch of its claim
     * @param changes how much had changed by then
     */
    record Snapshot(Map<Integer, Long> held, long changes) {}

    /** The shards that are taken up, each with the epoch of its claim. */
    Map<Integer, Long> epochs() {
        return epochs;
    }

    /** Whether a shard is held in that very epoch, so that what was ordered in it may be done. Costs a look into a map. */
    public boolean isHeld(int shard, long epoch) {
        Long holds = held.get(shard);
        return holds != null && holds == epoch;
    }

    synchronized Snapshot snapshot() {
        return new Snapshot(held, changes);
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

    /** What Kafka gave does not count while it is silent: it may have given it to somebody else since. */
    synchronized void kafkaIsSilent(boolean silent) {
        kafkaIsSilent = silent;
    }

    synchronized boolean isAssigned(int shard) {
        return !kafkaIsSilent && assigned.contains(shard);
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

    /** What Kafka gave to this worker, as far as that counts, and is neither here nor on its way. */
    synchronized Set<Integer> wants() {
        Set<Integer> wants = leaving || kafkaIsSilent ? new TreeSet<>() : unsettled();
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

    /** What is being claimed may be another's already, as this worker was taken for dead. */
    synchronized void claimsAreVoid() {
        coming.clear();
    }

    /** Whether it is to be taken up still. */
    synchronized boolean isWelcome(int shard) {
        return coming.contains(shard) && !leaving;
    }

    /** Whether it is to be taken up still, and is held from now on. */
    synchronized boolean hold(int shard, long epoch) {
        boolean welcome = isWelcome(shard);
        if (welcome) {
            held = with(held, shard, epoch);
        }
        return welcome;
    }

    /** Whether it is still held, and is taken up from now on. */
    synchronized boolean take(int shard, long epoch) {
        if (!isHeld(shard, epoch)) {
            return false;
        }
        changes++;
        epochs = with(epochs, shard, epoch);
        lost.remove(shard);
        return true;
    }

    /** Whether it was held in that epoch, and is no more. */
    synchronized boolean letGo(int shard, long epoch) {
        if (!isHeld(shard, epoch)) {
            return false;
        }
        changes++;
        held = without(held, shard);
        epochs = without(epochs, shard);
        return true;
    }

    private static Map<Integer, Long> with(Map<Integer, Long> before, int shard, long epoch) {
        Map<Integer, Long> more = new HashMap<>(before);
        more.put(shard, epoch);
        return Map.copyOf(more);
    }

    private static Map<Integer, Long> without(Map<Integer, Long> before, int shard) {
        Map<Integer, Long> left = new HashMap<>(before);
        left.remove(shard);
        return Map.copyOf(left);
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
