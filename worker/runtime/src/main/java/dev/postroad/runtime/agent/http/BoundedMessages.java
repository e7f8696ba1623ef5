package dev.postroad.runtime.agent.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/**
 * Reads messages that end with line breaks, and throws within one that is too long. Passes over a byte order mark at the
 * beginning. Confined to one thread.
 */
final class BoundedMessages extends FilterInputStream {
    private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

    private final int breaksBetween;
    private final int maxBytes;
    private final Supplier<? extends RuntimeException> beyond;
    private int bytes;
    private int breaks;
    private int marks;
    private boolean afterReturn;

    /** @param breaksBetween how many line breaks one after the other end a message */
    BoundedMessages(InputStream source, int breaksBetween, int maxBytes, Supplier<? extends RuntimeException> beyond) {
        super(source);
        this.breaksBetween = breaksBetween;
        this.maxBytes = maxBytes;
        this.beyond = beyond;
    }

    /** Whether what was read ends within a message. */
    boolean isMidway() {
        return bytes > 0 && breaks < breaksBetween;
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        while (next >= 0 && isMark(next)) {
            next = super.read();
        }
        if (next >= 0) {
            count(next);
        }
        return next;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        int kept = 0;
        for (int i = offset; i < offset + count; i++) {
            if (!isMark(target[i] & 0xFF)) {
                count(target[i] & 0xFF);
                target[offset + kept++] = target[i];
            }
        }
        return count > 0 && kept == 0 ? read(target, offset, length) : count < 0 ? count : kept;
    }

    private boolean isMark(int next) {
        boolean isMark = marks < BYTE_ORDER_MARK.length && next == BYTE_ORDER_MARK[marks];
        marks = isMark ? marks + 1 : BYTE_ORDER_MARK.length;
        return isMark;
    }

    private void count(int next) {
        boolean pairs = next == '\n' && afterReturn;
        afterReturn = next == '\r';
        if (pairs) {
            return;
        }
        if (next == '\n' || next == '\r') {
            breaks++;
            bytes = breaks >= breaksBetween ? 0 : bytes;
            return;
        }
        breaks = 0;
        if (++bytes > maxBytes) {
            throw beyond.get();
        }
    }
}
