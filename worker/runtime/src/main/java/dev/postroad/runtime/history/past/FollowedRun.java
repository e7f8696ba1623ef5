package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.history.rows.CorruptHistoryException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A run whose journal was followed from its beginning, and kept, so that whoever looks again reads only what is new. What it
 * tells is never old: each question reads on to where the journal ends, or to where it is answered. Thread-safe.
 */
final class FollowedRun {
    private static final int MOST_VERSIONS = 10_000;
    /** As many as somebody compares and goes to and fro between; others are had from snapshots. */
    private static final int MOST_STATES = 8;

    private final String runId;
    private final Journals journals;
    private final int mostVersions;
    private final VersionTrail trail;
    private final Deque<StateVersion> versions = new ArrayDeque<>();
    private boolean isTooLong;
    /** Whether it was followed to where its journal ended; where it was not, a snapshot is nearer to that than it is. */
    private boolean hasBeenAtTheEnd;
    /** The run as it was at the end of versions that are over. */
    private final Map<Integer, Run> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Run> eldest) {
            return size() > MOST_STATES;
        }
    };

    FollowedRun(StateFold beginning, Journals journals) {
        this(beginning, journals, MOST_VERSIONS);
    }

    FollowedRun(StateFold beginning, Journals journals, int mostVersions) {
        this.mostVersions = mostVersions;
        runId = beginning.run().id();
        trail = new VersionTrail(beginning);
        this.journals = journals;
    }

    /** Whether it has more versions than are kept, so that it is to be followed anew for whoever asks for them. */
    synchronized boolean isTooLong() {
        return isTooLong;
    }

    /**
     * Adds the versions that are wanted, the oldest first, until there are so many.
     *
     * @return false where it became too long for that, by a look that came between
     * @throws CorruptHistoryException where the journal cannot be followed further; what comes before it is added
     */
    synchronized boolean addTo(List<StateVersion> found, VersionFilter filter, int limit) {
        if (isTooLong) {
            return false;
        }
        for (StateVersion made : versions) {
            if (found.size() == limit || made.version() > filter.toVersion()) {
                return true;
            }
            if (filter.accepts(made)) {
                found.add(made);
            }
        }
        if (found.size() < limit) {
            readOn((event, made) -> {
                if (made != null && filter.accepts(made)) {
                    found.add(made);
                }
                return found.size() < limit && event.version() <= filter.toVersion();
            });
        }
        return true;
    }

    /**
     * Adds the last of the versions that are wanted, the oldest first, and takes away what is more than so many.
     *
     * @return false where it became too long for that, by a look that came between
     * @throws CorruptHistoryException where the journal cannot be followed further; what comes before it is added
     */
    synchronized boolean addLastTo(Deque<StateVersion> found, VersionFilter filter, int limit) {
        if (isTooLong) {
            return false;
        }
        versions.forEach(made -> addLast(made, found, filter, limit));
        readOn((event, made) -> {
            if (made != null) {
                addLast(made, found, filter, limit);
            }
            return event.version() <= filter.toVersion();
        });
        return true;
    }

    private static void addLast(StateVersion made, Deque<StateVersion> found, VersionFilter filter, int limit) {
        if (!filter.accepts(made)) {
            return;
        }
        found.add(made);
        if (found.size() > limit) {
            found.removeFirst();
        }
    }

    /**
     * The run at the end of a version; the newest for none. Empty where that is not kept, or there is no such version.
     *
     * @throws CorruptHistoryException where the journal cannot be followed so far
     */
    synchronized Optional<Run> at(OptionalInt version) {
        int wanted = version.orElse(Integer.MAX_VALUE);
        Run kept = ended.get(wanted);
        if (kept != null) {
            return Optional.of(kept);
        }
        if (wanted >= trail.run().version()) {
            if (!hasBeenAtTheEnd) {
                return Optional.empty();
            }
            readOn((event, _) -> event.version() <= wanted);
        }
        return Optional.ofNullable(
                version.isEmpty() || trail.run().version() == wanted ? trail.run() : ended.get(wanted));
    }

    /** What an event came to; whether the next one is wanted. */
    private interface Reader {
        boolean isGoingOn(RunEvent event, @Nullable StateVersion made);
    }

    private void readOn(Reader reader) {
        boolean[] isRefused = {false};
        journals.read(runId, trail.run().seq() + 1, event -> {
            Run before = trail.run();
            StateVersion made = trail.after(event);
            if (made != null) {
                keep(made);
                ended.put(before.version(), before);
            }
            isRefused[0] = !reader.isGoingOn(event, made);
            return !isRefused[0];
        });
        hasBeenAtTheEnd |= !isRefused[0];
    }

    private void keep(StateVersion made) {
        versions.add(made);
        if (versions.size() > mostVersions) {
            versions.removeFirst();
            isTooLong = true;
        }
    }
}
