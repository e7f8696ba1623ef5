package dev.postroad.contracts.client;

import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Waits for an event of a run, among those that were published before and those to come. The watch is opened first, so
 * that no event falls between the two. Confined to one thread.
 */
final class EventSearch {
    private static final Duration BEAT = Duration.ofMillis(10);
    private static final Duration LONG_BEAT = Duration.ofSeconds(1);

    private final PastEvents past;
    private final RunWatch live;
    private final Predicate<RunEvent> wanted;
    private @Nullable RunEvent newest;

    /**
     * Begins a search.
     *
     * @param wanted the events that matter, the same as those that are looked for in the past
     */
    EventSearch(PastEvents past, RunWatch live, Predicate<RunEvent> wanted) {
        this.past = past;
        this.live = live;
        this.wanted = wanted;
    }

    /**
     * Waits until the newest event that matters is one that is enough.
     *
     * @return the newest event that matters, enough or not where the time is over
     */
    Optional<RunEvent> newest(Predicate<RunEvent> enough, Duration limit, LongSupplier nanoTime) {
        long begun = nanoTime.getAsLong();
        Duration left = limit;
        while (!isDecided(enough) && left.isPositive()) {
            if (!past.isOver()) {
                past.read(BEAT);
                past.found().ifPresent(this::take);
            }
            if (!isDecided(enough)) {
                Duration most = past.isOver() ? LONG_BEAT : BEAT;
                live.poll(left.compareTo(most) < 0 ? left : most).filter(wanted).ifPresent(this::take);
            }
            left = limit.minusNanos(nanoTime.getAsLong() - begun);
        }
        return Optional.ofNullable(newest);
    }

    private void take(RunEvent event) {
        if (newest == null || event.seq() >= newest.seq()) {
            newest = event;
        }
    }

    /** An event outside the journal says little where the journal has one, so it waits for the past. */
    private boolean isDecided(Predicate<RunEvent> enough) {
        return newest != null && enough.test(newest) && (newest.seq() > 0 || past.isOver());
    }
}
