package dev.postroad.runtime;

import java.util.ArrayDeque;
import java.util.Deque;
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

    private synchronized boolean isEmpty() {
        return opened.isEmpty();
    }

    private synchronized AutoCloseable last() {
        return opened.pop();
    }

    @Override
    public void close() {
        while (!isEmpty()) {
            AutoCloseable part = last();
            try {
                part.close();
            } catch (Exception failed) {
                LOG.warn("{} did not stop well", part, failed);
            }
        }
    }
}
