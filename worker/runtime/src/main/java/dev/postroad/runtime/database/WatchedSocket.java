package dev.postroad.runtime.database;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A socket of which others can tell whether somebody waits for its far side. Thread-safe as far as its waits go; whatever
 * is encrypted is so above it.
 */
final class WatchedSocket extends Socket {
    /** How much is written in one piece, which is a sign that the far side takes it. */
    private static final int PIECE_BYTES = 64 << 10;

    /** Even while nobody waits; each wait has an odd number of its own. */
    private final AtomicLong waits = new AtomicLong();

    private final AtomicLong unanswered = new AtomicLong();

    /** What may wait. */
    private interface Exchange<T> {
        T run() throws IOException;
    }

    /** The number of the wait that is under way; 0 where nobody waits, or what was waited for has arrived. */
    long waiting() {
        long wait = waits.get();
        return wait % 2 == 0 || hasArrived() ? 0 : wait;
    }

    /** How many bytes were written since something was read. */
    long unanswered() {
        return unanswered.get();
    }

    /** Where the reader does not come to read, the far side is not to blame. */
    private boolean hasArrived() {
        try {
            return super.getInputStream().available() > 0;
        } catch (IOException over) {
            return false;
        }
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new Incoming(super.getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new Outgoing(super.getOutputStream());
    }

    private <T> T waitFor(Exchange<T> exchange) throws IOException {
        waits.incrementAndGet();
        try {
            return exchange.run();
        } finally {
            waits.incrementAndGet();
        }
    }

    private final class Incoming extends FilterInputStream {
        Incoming(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = waitFor(in::read);
            unanswered.set(0);
            return read;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = waitFor(() -> in.read(into, offset, length));
            unanswered.set(0);
            return read;
        }
    }

    private final class Outgoing extends FilterOutputStream {
        Outgoing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int written = 0;
            while (written < length) {
                int begin = offset + written;
                int piece = Math.min(PIECE_BYTES, length - written);
                int _ = waitFor(() -> {
                    out.write(from, begin, piece);
                    return piece;
                });
                unanswered.addAndGet(piece);
                written += piece;
            }
        }
    }
}
