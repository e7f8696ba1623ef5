package dev.postroad.runtime.intake;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Knows for each partition up to which offset all is dealt with. Records are begun in order by one thread and done in
 * any order by any thread.
 */
final class OffsetLedger {
    private final Map<Integer, Page> pages = new ConcurrentHashMap<>();

    void begin(int partition, long offset) {
        pages.computeIfAbsent(partition, p -> new Page()).begin(offset);
    }

    void done(int partition, long offset) {
        Page page = pages.get(partition);
        if (page != null) {
            page.open.remove(offset);
        }
    }

    /** How many records are begun and not done. */
    int open() {
        return pages.values().stream().mapToInt(page -> page.open.size()).sum();
    }

    /** The offset to commit for a partition: everything before it is dealt with; empty where nothing was begun. */
    OptionalLong committable(int partition) {
        Page page = pages.get(partition);
        return page == null ? OptionalLong.empty() : page.committable();
    }

    void forget(int partition) {
        pages.remove(partition);
    }

    private static final class Page {
        private final ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
        private volatile long next = -1;

        void begin(long offset) {
            open.add(offset);
            next = offset + 1;
        }

        OptionalLong committable() {
            // Read before the set: a record begun in between is open, and at or after it.
            long end = next;
            if (end < 0) {
                return OptionalLong.empty();
            }
            Long first = open.ceiling(Long.MIN_VALUE);
            return OptionalLong.of(first == null ? end : Math.min(first, end));
        }
    }
}
