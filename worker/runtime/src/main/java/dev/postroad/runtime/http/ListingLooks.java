package dev.postroad.runtime.http;

import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunCounts;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunOrder;
import dev.postroad.runtime.history.runs.RunPage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.ConnectionException;
import org.jspecify.annotations.Nullable;

/**
 * Looks again and again at the listings that somebody follows; once for all who follow the same, and not at all while
 * nobody does. Owns the thread that looks; thread-safe.
 */
final class ListingLooks implements AutoCloseable {
    private static final int MILLIS_BETWEEN_LOOKS = 1_000;
    private static final int LOOKS_BETWEEN_COUNTS = 3;

    private final RunHistory history;
    private final Map<Wanted, Look> looks = new ConcurrentHashMap<>();
    private final Rounds rounds;
    private int round;

    /** A listing. */
    record Wanted(RunFilter filter, RunOrder order, int limit) {}

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

    ListingLooks(RunHistory history, InstantSource clock) {
        this.history = history;
        rounds = new Rounds(
                "postroad-live-listings", "changes of listings", MILLIS_BETWEEN_LOOKS, clock, this::lookAtAll);
        rounds.start();
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

    /** One that cannot be read keeps nobody from the others; without Postgres none can. */
    private void lookAtAll() {
        round++;
        List<RuntimeException> failures = new ArrayList<>();
        looks.forEach((wanted, look) -> {
            try {
                look(wanted, look);
            } catch (ConnectionException away) {
                throw away;
            } catch (RuntimeException unreadable) {
                failures.add(unreadable);
            }
        });
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private void look(Wanted wanted, Look look) {
        Seen last = look.seen;
        RunPage page = history.runs(wanted.filter(), wanted.order(), null, wanted.limit());
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
        rounds.close();
        looks.values().forEach(look -> look.readers.forEach(Bell::ring));
    }
}
