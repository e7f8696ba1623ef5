package dev.postroad.contracts.host;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How far a partition is done: what is behind an open record is not told of as done. Thread-safe. */
final class Progress {
    private final Deque<Long> open = new ArrayDeque<>();
    private final Set<Long> done = new HashSet<>();
    private long next = -1;

    synchronized void begin(long offset) {
        open.add(offset);
    }

    synchronized void done(long offset) {
        done.add(offset);
        while (!open.isEmpty() && done.remove(open.getFirst())) {
            next = open.removeFirst() + 1;
        }
    }

    /** The place to go on from, if it is another than when this was asked before; null where it is not. */
    synchronized @Nullable Long news() {
        Long news = next < 0 ? null : next;
        next = -1;
        return news;
    }
}
