package dev.postroad.runtime.logs;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What somebody has among the lines that wait to be written. Thread-safe. */
final class LogShare {
    private final AtomicInteger lines = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** Whether a line of such a size could join now. */
    boolean hasRoom(int size, int mostLines, long mostBytes) {
        return lines.get() < mostLines && bytes.get() + size <= mostBytes;
    }

    /** A line joins; says whether there are no more than there may be. */
    boolean enter(int size, int mostLines, long mostBytes) {
        // Both are to be counted, whatever the first says.
        boolean few = lines.incrementAndGet() <= mostLines;
        return bytes.addAndGet(size) <= mostBytes && few;
    }

    void left(int size) {
        lines.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
