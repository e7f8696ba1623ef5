package dev.postroad.bench.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The commands that are to be answered and those that were, by a hash of 64 bits of run and command id: two words a
 * command, for there may be millions. Thread-safe.
 */
final class CommandIds {
    private static final long EXPECTED = 1L << 62;
    private static final long ANSWERED = 1L << 61;
    private static final int PARTITION_SHIFT = 40;
    private static final long OFFSETS = (1L << PARTITION_SHIFT) - 1;

    private long[] hashes = new long[1 << 10];
    private long[] states = new long[1 << 10];
    private int size;
    private long open;
    private long expected;

    /** @param spot where the command is on its topic */
    synchronized void expect(String runId, String commandId, Spot spot) {
        int slot = slot(runId, commandId);
        if ((states[slot] & EXPECTED) == 0) {
            expected++;
            open += (states[slot] & ANSWERED) == 0 ? 1 : 0;
            states[slot] |= EXPECTED | ((long) spot.partition() << PARTITION_SHIFT) | spot.offset();
        }
    }

    synchronized void answer(String runId, String commandId) {
        int slot = slot(runId, commandId);
        if ((states[slot] & ANSWERED) == 0) {
            open -= (states[slot] & EXPECTED) == 0 ? 0 : 1;
            states[slot] |= ANSWERED;
        }
    }

    /** How many are to be answered and are not. */
    synchronized long open() {
        return open;
    }

    /** How many were to be answered; of those that came twice, one. */
    synchronized long expected() {
        return expected;
    }

    /** How many were answered that nobody sent. */
    synchronized long unexpected() {
        return Arrays.stream(states)
                .filter(state -> (state & (EXPECTED | ANSWERED)) == ANSWERED)
                .count();
    }

    /** Where those are that were not answered. */
    synchronized List<Spot> unanswered() {
        List<Spot> spots = new ArrayList<>();
        for (long state : states) {
            if ((state & (EXPECTED | ANSWERED)) == EXPECTED) {
                long place = state & ~(EXPECTED | ANSWERED);
                spots.add(new Spot((int) (place >>> PARTITION_SHIFT), place & OFFSETS));
            }
        }
        return spots;
    }

    private int slot(String runId, String commandId) {
        if (size * 2 >= hashes.length) {
            grow();
        }
        long hash = hash(runId + "\n" + commandId);
        int slot = find(hash);
        if (hashes[slot] == 0) {
            hashes[slot] = hash;
            size++;
        }
        return slot;
    }

    private int find(long hash) {
        int mask = hashes.length - 1;
        int slot = (int) hash & mask;
        while (hashes[slot] != 0 && hashes[slot] != hash) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] before = hashes;
        long[] statesBefore = states;
        hashes = new long[before.length * 2];
        states = new long[before.length * 2];
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0) {
                int slot = find(before[i]);
                hashes[slot] = before[i];
                states[slot] = statesBefore[i];
            }
        }
    }

    /** Never 0, which stands for an empty slot. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
            hash ^= hash >>> 29;
        }
        hash = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        return (hash ^ (hash >>> 29)) | 1;
    }
}
