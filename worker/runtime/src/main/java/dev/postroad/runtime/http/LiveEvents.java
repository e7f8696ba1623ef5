package dev.postroad.runtime.http;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.past.JournalTail;
import dev.postroad.runtime.history.past.JournalTail.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for what is new in the journals of all runs that somebody follows, by one query for all of them, whichever worker
 * wrote it. Owns the thread that does; thread-safe.
 */
final class LiveEvents implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveEvents.class);
    private static final int MILLIS_BETWEEN_LOOKS = 100;
    private static final int MOST_SECONDS_OF_A_STOP = 5;

    private final JournalTail tail;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("postroad-live-events").daemon().factory());
    private @Nullable ScheduledFuture<?> looks;
    private boolean failing;

    LiveEvents(JournalTail tail) {
        this.tail = tail;
    }

    /** Looks from now on, where nobody followed anything. */
    synchronized void follow(EventStream stream) {
        streams.add(stream);
        if (looks == null && !looking.isShutdown()) {
            looks = looking.scheduleWithFixedDelay(
                    this::look, MILLIS_BETWEEN_LOOKS, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
        }
    }

    /** Looks no more once nobody follows anything. */
    synchronized void forget(EventStream stream) {
        streams.remove(stream);
        if (streams.isEmpty() && looks != null) {
            looks.cancel(false);
            looks = null;
        }
    }

    /** What it throws would end all further looks. */
    private void look() {
        try {
            deliver();
            failing = false;
        } catch (RuntimeException | VirtualMachineError failed) {
            if (!failing) {
                LOG.warn("events are not followed for now; looking again", failed);
            }
            failing = true;
        }
    }

    private void deliver() {
        Map<String, List<EventStream>> readers = new HashMap<>();
        Map<String, Place> places = new HashMap<>();
        List<EventStream> looked = new ArrayList<>();
        for (EventStream stream : streams) {
            if (stream.hasRoom()) {
                stream.lookBegins();
                looked.add(stream);
                readers.computeIfAbsent(stream.runId(), run -> new ArrayList<>())
                        .add(stream);
                places.merge(stream.runId(), stream.place(), (one, other) -> one.seq() < other.seq() ? one : other);
            }
        }
        if (places.isEmpty()) {
            return;
        }
        for (RunEvent event : tail.after(places.values())) {
            readers.getOrDefault(event.runId(), List.of()).forEach(stream -> stream.add(event));
        }
        looked.forEach(EventStream::lookIsDone);
    }

    @Override
    public void close() {
        looking.shutdownNow();
        try {
            if (!looking.awaitTermination(MOST_SECONDS_OF_A_STOP, TimeUnit.SECONDS)) {
                LOG.warn("a look for events goes on past the stop");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        streams.forEach(EventStream::end);
    }
}
