package dev.postroad.runtime.background;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Does what must be done sooner or later: tries it again and again, after pauses that grow to 10 s, until it is done or
 * the worker stops. Each such piece of work is on a virtual thread of its own, so whoever asks for them bounds how many
 * there are; only so many are tried at once, in their order, so that they do not take all connections from others. Of what
 * has the same key, each is begun when the one before is done. Thread-safe.
 */
public final class Insistence implements AutoCloseable {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final String name;
    private final Semaphore atOnce;
    private final ConcurrentHashMap<String, Deque<Work>> inOrder = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** That of the worker, which is told of what its threads end with. */
    private final Thread.UncaughtExceptionHandler owner = Thread.currentThread().getThreadGroup();

    /**
     * @param name names the threads
     * @param atOnce at most so many are tried at the same time
     */
    public Insistence(String name, int atOnce) {
        this.name = name;
        this.atOnce = new Semaphore(atOnce, true);
    }

    /** Something to be done; may block. */
    public interface Work {
        /**
         * Tries it.
         *
         * @param tries how often it was tried before
         * @return whether nothing is left to do; what fails and is worth another try is told of by it, and gives false
         * @throws InterruptedException where the worker stops
         */
        boolean isDone(int tries) throws InterruptedException;
    }

    /** Does it on another thread, once all that came earlier with the same key is done. */
    public void untilDone(String key, Work work) {
        untilDoneTogether(key, limited(work));
    }

    /** As {@link #untilDone(String, Work)}, for what shares connections with others, and so bounds them by itself. */
    public void untilDoneTogether(String key, Work work) {
        AtomicBoolean isFirst = new AtomicBoolean();
        inOrder.compute(key, (_, before) -> {
            isFirst.set(before == null);
            Deque<Work> all = before == null ? new ArrayDeque<>() : before;
            all.add(work);
            return all;
        });
        if (isFirst.get()) {
            start(() -> insistInOrder(key, work));
        }
    }

    /** Whether something with the key is not done. */
    public boolean isBusyWith(String key) {
        return inOrder.containsKey(key);
    }

    private void insistInOrder(String key, Work first) throws InterruptedException {
        Work next = first;
        while (next != null && closing.getCount() > 0) {
            insist(next);
            next = next(key);
        }
    }

    /** What comes after that which is done; null where nothing does. */
    private @Nullable Work next(String key) {
        AtomicReference<@Nullable Work> next = new AtomicReference<>();
        inOrder.computeIfPresent(key, (_, all) -> {
            all.removeFirst();
            next.set(all.peekFirst());
            return all.isEmpty() ? null : all;
        });
        return next.get();
    }

    /** Does it, at once and on another thread. */
    public void untilDone(Work work) {
        start(() -> insist(limited(work)));
    }

    private interface Task {
        void run() throws InterruptedException;
    }

    private void start(Task task) {
        Thread.ofVirtual().name(name).uncaughtExceptionHandler(owner).start(() -> {
            try {
                task.run();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void insist(Work work) throws InterruptedException {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        for (int tries = 0; closing.getCount() > 0 && !isDone(work, tries); tries++) {
            if (closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                return;
            }
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    private boolean isDone(Work work, int tries) throws InterruptedException {
        return closing.getCount() == 0 || work.isDone(tries);
    }

    private Work limited(Work work) {
        return tries -> {
            atOnce.acquire();
            try {
                return isDone(work, tries);
            } finally {
                atOnce.release();
            }
        };
    }

    /** Gives up what is not done; it is to be begun anew by whoever reads the records that it is about. */
    @Override
    public void close() {
        closing.countDown();
    }
}
