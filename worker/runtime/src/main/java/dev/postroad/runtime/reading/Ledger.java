package dev.postroad.runtime.reading;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Knows which records of a partition are begun and not done. They are begun in order by one thread, and done in any
 * order by any thread. What is read again is entered in a new ledger, so that whoever was late with the old one is
 * not taken for the new.
 */
final class Ledger {
    private static final int MOST_RECORDS = 5_000;
    private static final long MOST_BYTES = 32L << 20;

    private final ConcurrentSkipListMap<Long, Integer> open = new ConcurrentSkipListMap<>();
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    void begin(long offset, int length) {
        open.put(offset, length);
        records.incrementAndGet();
        bytes.addAndGet(length);
    }

    void done(long offset) {
        Integer length = open.remove(offset);
        if (length != null) {
            records.decrementAndGet();
            bytes.addAndGet(-length);
        }
    }

    /** The first record that is not done; empty where all are. */
    OptionalLong first() {
        Map.Entry<Long, Integer> first = open.firstEntry();
        return first == null ? OptionalLong.empty() : OptionalLong.of(first.getKey());
    }

    /** Whether so much is not done that no more is to be read for now. */
    boolean isFull() {
        return records.get() >= MOST_RECORDS || bytes.get() >= MOST_BYTES;
    }
}
