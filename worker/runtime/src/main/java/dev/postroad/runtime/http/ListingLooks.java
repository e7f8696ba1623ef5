package dev.postroad.runtime.http;

import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunCounts;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunPage;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks again and again at the listings that somebody follows; once for all who follow the same, and not at all while
 * nobody does. Owns the thread that looks; thread-safe.
 */
final class ListingLooks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListingLooks.class);
    private static final int MILLIS_BETWEEN_LOOKS = 1_000;
    private static final int LOOKS_BETWEEN_COUNTS = 3;
    private static final int MOST_SECONDS_OF_A_STOP = 5;

    private final RunHistory history;
    private final Map<Wanted, Look> looks = new ConcurrentHashMap<>();
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("postroad-live-listings").daemon().factory());
    private int round;
    private boolean failing;

    /** A listing. */
    record Wanted(RunFilter filter, int limit) {}

    /**
     * What a look found.
     *
     * @param counts of the same runs in any status; counted more rarely
     */
    record Seen(RunPage page, RunCounts counts) {}

    /** A listing that is followed. */
    static final class Look {
        private final Set<Bell> readers = ConcurrentHashMap.newKeySet();
        private volatile @Nullable Seen seen;

        /** What the last look found; null before the first. */
        @Nullable
        Seen seen() {
            return seen;
        }
    }

    ListingLooks(RunHistory history) {
        this.history = history;
        var ignored = looking.scheduleWithFixedDelay(
                this::lookAtAll, MILLIS_BETWEEN_LOOKS, MILLIS_BETWEEN_LOOKS, TimeUnit.MILLISECONDS);
    }

    /** Follows a listing; the bell is rung for what is new. */
    Look follow(Wanted wanted, Bell bell) {
        return looks.compute(wanted, (_, known) -> {
            Look look = known == null ? new Look() : known;
            look.readers.add(bell);
            return look;
        });
    }

    void forget(Wanted wanted, Bell bell) {
        looks.computeIfPresent(wanted, (_, look) -> {
            look.readers.remove(bell);
            return look.readers.isEmpty() ? null : look;
        });
    }

    /** What it throws would end all further looks. */
    private void lookAtAll() {
        try {
            round++;
            looks.forEach(this::look);
            failing = false;
        } catch (RuntimeException failed) {
            if (!failing) {
                LOG.warn("listings are not followed for now; looking again", failed);
            }
            failing = true;
        }
    }

    private void look(Wanted wanted, Look look) {
        Seen last = look.seen;
        RunPage page = history.runs(wanted.filter(), null, wanted.limit());
        RunCounts counts = last == null || round % LOOKS_BETWEEN_COUNTS == 0
                ? history.counts(wanted.filter().inAnyStatus())
                : last.counts();
        if (last == null || !last.page().equals(page) || !last.counts().sameAs(counts)) {
            look.seen = new Seen(page, counts);
            look.readers.forEach(Bell::ring);
        }
    }

    @Override
    public void close() {
        looking.shutdownNow();
        try {
            if (!looking.awaitTermination(MOST_SECONDS_OF_A_STOP, TimeUnit.SECONDS)) {
                LOG.warn("a look at listings goes on past the stop");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        looks.values().forEach(look -> look.readers.forEach(Bell::ring));
    }
}
