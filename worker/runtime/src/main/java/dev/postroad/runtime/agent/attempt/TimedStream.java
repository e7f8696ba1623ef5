package dev.postroad.runtime.agent.attempt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Reads until a deadline, so that an answer that comes too slowly is told as late, as one that does not come at all, and
 * whatever it was that broke after the deadline. Confined to one thread.
 */
final class TimedStream extends FilterInputStream {
    private final Instant deadline;
    private final InstantSource clock;

    TimedStream(InputStream source, Instant deadline, InstantSource clock) {
        super(source);
        this.deadline = deadline;
        this.clock = clock;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = super.read(target, offset, length);
        } catch (IOException broken) {
            if (isLate() && !Thread.currentThread().isInterrupted()) {
                throw late();
            }
            throw broken;
        }
        if (count >= 0 && isLate()) {
            throw late();
        }
        return count;
    }

    private boolean isLate() {
        return clock.instant().isAfter(deadline);
    }

    private static HttpTimeoutException late() {
        return new HttpTimeoutException("the deadline passed while its answer came");
    }
}
