package dev.postroad.runtime.agent.attempt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;

/** Reads up to a bound, and then throws instead of reading on. Confined to one thread. */
public final class BoundedStream extends FilterInputStream {
    private final Supplier<? extends RuntimeException> beyond;
    private long left;

    public BoundedStream(InputStream source, long maxBytes, Supplier<? extends RuntimeException> beyond) {
        super(source);
        this.beyond = beyond;
        left = maxBytes;
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        count(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        count(count);
        return count;
    }

    private void count(int bytes) {
        left -= Math.max(0, bytes);
        if (left < 0) {
            throw beyond.get();
        }
    }
}
