package dev.postroad.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
    private static final List<String> LIVED_ON =
            List.of("postroad-", "kafka-producer-network-thread", "kafka-admin-client-thread");

    private static final String NO_MEMORY = "it has no memory left; give it more, or lower POSTROAD_MAX_RUNS";
    private static final int RESERVE_BYTES = 1 << 20;

    /** Threads of code that is not ours: that of plug-ins, and those of pools of connections, which end when idle. */
    private static final List<String> FOREIGN = List.of("postroad-plugin-", ":");

    private final Group group = new Group();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<@Nullable String> why = new AtomicReference<>();
    private final CompletableFuture<String> broken = new CompletableFuture<>();
    private final Runnable breakOff;
    private final Thread thread;
    private volatile Set<Thread> before = Set.of();
    private volatile List<Thread> livedOn = List.of();
    private volatile boolean closing;

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
    void whenBroken(Consumer<String> told) {
        var ignored = broken.thenAccept(told);
    }

    /** It cannot live on; where others saw a reason before, that counts. */
    private void breakOff(String reason) {
        if (!closing && why.compareAndSet(null, reason)) {
            reserve = null;
            over.countDown();
        }
    }

    private void loop() {
        boolean isDone = false;
        while (!isDone) {
            try {
                boolean _ = over.await(LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                lookAtThreads();
                isDone = isEnded() || closing;
            } catch (InterruptedException stop) {
                isDone = true;
            } catch (VirtualMachineError none) {
                breakOff(NO_MEMORY);
            }
        }
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
        LOG.error("this worker breaks off, and others take its shards over: {}", reason);
        broken.complete(reason);
        breakOff.run();
        return true;
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
            if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
                breakOff(NO_MEMORY);
            }
            super.uncaughtException(ended, thrown);
        }
    }
}
