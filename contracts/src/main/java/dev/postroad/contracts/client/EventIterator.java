package dev.postroad.contracts.client;

import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The events of a watch up to an end of its run, or of a time. Confined to the watch's thread. */
final class EventIterator implements Iterator<RunEvent> {
    private static final Duration BEAT = Duration.ofSeconds(1);

    private final RunWatch watch;
    private final @Nullable Duration limit;
    private final LongSupplier nanoTime;
    private final long begun;
    private @Nullable RunEvent next;
    private boolean over;

    /**
     * Begins an iteration.
     *
     * @param limit for the whole of it; null for none
     */
    EventIterator(RunWatch watch, @Nullable Duration limit, LongSupplier nanoTime) {
        this.watch = watch;
        this.limit = limit;
        this.nanoTime = nanoTime;
        this.begun = nanoTime.getAsLong();
    }

    @Override
    public boolean hasNext() {
        while (next == null && !over) {
            Duration wait = wait(limit);
            Optional<RunEvent> event = watch.poll(wait);
            over = event.map(this::isLast).orElse(!wait.isPositive());
            next = event.orElse(null);
        }
        return next != null;
    }

    private Duration wait(@Nullable Duration most) {
        if (most == null) {
            return BEAT;
        }
        Duration left = most.minusNanos(nanoTime.getAsLong() - begun);
        return left.compareTo(BEAT) < 0 ? left : BEAT;
    }

    private boolean isLast(RunEvent event) {
        return event.type().endsRun() || (event.type().endsTrigger() && !watch.hasBegun());
    }

    @Override
    public RunEvent next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("the run has ended, or the time is over");
        }
        RunEvent event = next;
        next = null;
        return event;
    }
}
