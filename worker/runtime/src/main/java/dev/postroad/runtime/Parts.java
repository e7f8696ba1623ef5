package dev.postroad.runtime;

import dev.postroad.runtime.background.Stoppable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened, closed in reverse order; what does not close well keeps nothing else open. What can be told to stop
 * before it is waited for is told first, so that all of that ends side by side. Thread-safe.
 */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final ReentrantLock closing = new ReentrantLock();
    private boolean closed;

    /** @throws IllegalStateException where all are closed already, as this one is then: a worker may break off while it starts */
    <T extends AutoCloseable> T add(T part) {
        if (isTaken(part)) {
            return part;
        }
        close(part);
        throw new IllegalStateException("the worker is closed, so nothing more of it is opened");
    }

    private synchronized boolean isTaken(AutoCloseable part) {
        if (!closed) {
            opened.push(part);
        }
        return !closed;
    }

    /** Null where none is left. */
    private synchronized @Nullable AutoCloseable last() {
        return opened.poll();
    }

    /** None is opened any more from here on, else it might be missed. */
    private synchronized List<Stoppable> toStop() {
        closed = true;
        return opened.stream()
                .filter(Stoppable.class::isInstance)
                .map(Stoppable.class::cast)
                .toList();
    }

    /**
     * Closes all. Several may at once, as a worker may break off while somebody closes it: one of them does, and the others
     * are back when all is closed, too. Where that one fails for want of memory, the next goes on with what is left.
     */
    @Override
    public void close() {
        closing.lock();
        try {
            closeAll();
        } finally {
            closing.unlock();
        }
    }

    private void closeAll() {
        toStop().forEach(Stoppable::stop);
        for (AutoCloseable part = last(); part != null; part = last()) {
            close(part);
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception failed) {
            LOG.warn("{} did not stop well", part, failed);
        }
    }
}
