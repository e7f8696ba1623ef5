package dev.postroad.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, closed in reverse order; what does not close well keeps nothing else open. Thread-safe. */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    synchronized <T extends AutoCloseable> T add(T part) {
        opened.push(part);
        return part;
    }

    /** Null where none is left; several may close at once, as a worker may break off while somebody closes it. */
    private synchronized @Nullable AutoCloseable last() {
        return opened.poll();
    }

    @Override
    public void close() {
        for (AutoCloseable part = last(); part != null; part = last()) {
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("{} did not stop well", part, failed);
            }
        }
    }
}
