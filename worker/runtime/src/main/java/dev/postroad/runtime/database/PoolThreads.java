package dev.postroad.runtime.database;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;

/**
 * The threads that open and close connections for pools. One that cannot open any pauses for up to five seconds between
 * two tries, and whoever closes its pool waits for it, unless it is interrupted. Thread-safe.
 */
final class PoolThreads implements ThreadFactory {
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @Override
    public Thread newThread(Runnable work) {
        threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
        Thread thread = Thread.ofPlatform()
                .name("postroad-database:connections")
                .daemon()
                .unstarted(work);
        threads.add(thread);
        return thread;
    }

    /** Has those that pause go on at once, to their end. */
    void interrupt() {
        threads.forEach(Thread::interrupt);
    }
}
