package dev.postroad.runtime;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker lives on: the threads that it has once it is started, its own and those of Kafka's clients. Where one of
 * them ends while the worker goes on, or any of its threads finds no memory any more, the worker would be a zombie,
 * which owns shards and does nothing for them; so it breaks off at once, and others take its shards over.
 *
 * <p>All its threads are of one group, so that each is known, whoever began it. Kafka's threads tell nobody of their
 * end, so a look is had at all of them once a second. Thread-safe; owns one thread.
 */
final class Life implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Life.class);
    private static final long LOOK_EVERY_SECONDS = 1;
    private static final Duration BEFORE_ANOTHER_TRY = Duration.ofMillis(50);
    private static final List<String> LIVED_ON =
            List.of("postroad-", "kafka-producer-network-thread", "kafka-admin-client-thread");

    private static final String NO_MEMORY = "it has no memory left; give it more, or lower POSTROAD_MAX_RUNS";
    private static final int RESERVE_BYTES = 1 << 20;

    /** Threads of code that is not ours: that of plug-ins, and those of pools of connections, which end when idle. */
    private static final List<String> FOREIGN = List.of("postroad-plugin-", ":");

    private final Group group = new Group();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> why = new AtomicReference<>();
    private final Runnable breakOff;
    private final Thread thread;
    private volatile Set<Thread> before = Set.of();
    private volatile List<Thread> livedOn = List.of();
    private volatile boolean closing;
    private Consumer<String> listeners = _ -> {};
    private @Nullable String told;

    /** Given back where there is no memory, so that there is some to say so. */
    @SuppressWarnings("UnusedVariable")
    private volatile byte @Nullable [] reserve = new byte[RESERVE_BYTES];

    /** @param breakOff stops the worker; may take its time */
    Life(Runnable breakOff) {
        this.breakOff = breakOff;
        this.thread =
                Thread.ofPlatform().group(group).name("postroad-life").daemon().unstarted(this::loop);
    }

    /**
     * Does the start of the worker, on a thread that all of its threads descend from, and waits for it; an interrupt of
     * the caller reaches it.
     */
    void begin(Runnable start) {
        AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
        Thread starter = Thread.ofPlatform().group(group).name("postroad-start").unstarted(() -> {
            try {
                start.run();
            } catch (Throwable thrown) {
                failed.set(thrown);
            }
        });
        thread.start();
        starter.start();
        awaitEnd(starter);
        switch (failed.get()) {
            case null -> {}
            case RuntimeException defect -> throw defect;
            case Error error -> throw error;
            case Throwable checked -> throw new IllegalStateException(checked);
        }
    }

    private static void awaitEnd(Thread starter) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                starter.join();
                ended = true;
            } catch (InterruptedException stop) {
                interrupted = true;
                starter.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The threads that are there now may end, as they belong to the start. */
    void mayEnd() {
        before = Set.copyOf(threads());
    }

    /** The worker is started: it lives on the threads that it has by now, but for this one, which did the start. */
    void started() {
        livedOn = threads().stream()
                .filter(found -> !found.equals(Thread.currentThread()) && !before.contains(found))
                .filter(found -> isLivedOn(found.getName()))
                .toList();
    }

    private static boolean isLivedOn(String name) {
        return LIVED_ON.stream().anyMatch(name::startsWith) && FOREIGN.stream().noneMatch(name::contains);
    }

    private List<Thread> threads() {
        // More may begin while these are counted.
        Thread[] found = new Thread[2 * group.activeCount() + 64];
        int count = group.enumerate(found);
        return Arrays.asList(found).subList(0, count);
    }

    /** Whether nothing that the worker lives on has ended. */
    boolean isWell() {
        return why.get() == null;
    }

    /** Tells why the worker broke off, once it does and before it is stopped; at once where it has. */
    void whenBroken(Consumer<String> listener) {
        String reason;
        synchronized (this) {
            reason = told;
            listeners = listeners.andThen(listener);
        }
        if (reason != null) {
            listener.accept(reason);
        }
    }

    /** It cannot live on; where others saw a reason before, that counts. */
    private void breakOff(String reason) {
        if (!closing && why.compareAndSet(null, reason)) {
            over.countDown();
        }
    }

    /** Where there is no memory for the end itself, it is tried until there is: nothing else helps any more. */
    private void loop() {
        rehearse();
        boolean isDone = false;
        while (!isDone) {
            try {
                boolean _ = over.await(LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                // First, as to look takes memory.
                isDone = isEnded() || closing;
                lookAtThreads();
            } catch (InterruptedException stop) {
                isDone = true;
            } catch (VirtualMachineError none) {
                breakOff(NO_MEMORY);
                pause(BEFORE_ANOTHER_TRY);
            }
        }
    }

    /**
     * Goes through what is done without memory once while there is some: what a class refers to is looked up when it is
     * first used, which takes memory, even where it is only the type of what is caught.
     */
    private void rehearse() {
        try {
            throw new InternalError("a rehearsal");
        } catch (VirtualMachineError none) {
            pause(Duration.ofNanos(1));
        }
        group.isLackOfMemory(new StackOverflowError("a rehearsal"));
        call(_ -> {}, "a rehearsal");
    }

    private void pause(Duration time) {
        LockSupport.parkNanos(this, time.toNanos());
    }

    private void lookAtThreads() {
        for (Thread each : livedOn) {
            if (!each.isAlive()) {
                breakOff("its thread " + each.getName() + " has ended; the log says why");
            }
        }
    }

    private boolean isEnded() {
        String reason = why.get();
        if (reason == null) {
            return false;
        }
        reserve = null;
        say(reason);
        tell(reason);
        breakOff.run();
        return true;
    }

    private static void say(String reason) {
        try {
            LOG.error("this worker breaks off, and others take its shards over: {}", reason);
        } catch (VirtualMachineError none) {
            // Better an end without a word than none.
        }
    }

    private void tell(String reason) {
        Consumer<String> all;
        synchronized (this) {
            told = reason;
            all = listeners;
        }
        call(all, reason);
    }

    private static void call(Consumer<String> listener, String reason) {
        try {
            listener.accept(reason);
        } catch (RuntimeException defect) {
            LOG.error("whoever was to be told that this worker broke off failed", defect);
        }
    }

    /** The worker is stopped on purpose: whatever ends from here on was to end. */
    @Override
    public void close() {
        closing = true;
        over.countDown();
    }

    private final class Group extends ThreadGroup {
        Group() {
            super("postroad");
        }

        @Override
        public void uncaughtException(Thread ended, Throwable thrown) {
            if (isLackOfMemory(thrown)) {
                breakOff(NO_MEMORY);
            }
            super.uncaughtException(ended, thrown);
        }

        boolean isLackOfMemory(Throwable thrown) {
            return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError);
        }
    }
}
