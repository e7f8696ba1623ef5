package dev.postroad.runtime.run;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.UnlistedRuns;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Has it written down what runs ask of people that another release let wait, so that they are found like all others. Where
 * there are none, and that is the rule, it asks one small index twice a minute. Owns one thread.
 */
public final class QuestionLister implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 30_000;
    /** At the start, when shards were just taken over. */
    private static final long LOOK_FIRST_MILLIS = 1_000;

    private final UnlistedRuns unlisted;
    private final StoredRun.Graphs graphs;
    private final Supplier<Set<Integer>> owned;
    private final Rounds rounds;
    private Set<Integer> looked = Set.of();
    private long skipped;

    /** @param owned the shards whose runs are looked up here */
    public QuestionLister(
            UnlistedRuns unlisted, StoredRun.Graphs graphs, Supplier<Set<Integer>> owned, InstantSource clock) {
        this.unlisted = unlisted;
        this.graphs = graphs;
        this.owned = owned;
        this.rounds = new Rounds("postroad-questions", "runs that ask people", LOOK_FIRST_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    /** Once a second it only looks whether its shards are still the same. */
    private void look() throws SQLException {
        Set<Integer> shards = Set.copyOf(owned.get());
        skipped += LOOK_FIRST_MILLIS;
        if (shards.isEmpty() || (shards.equals(looked) && skipped < LOOK_EVERY_MILLIS)) {
            return;
        }
        long last = 0;
        while (last != Long.MAX_VALUE && !Thread.currentThread().isInterrupted()) {
            last = unlisted.list(shards, last, graphs);
        }
        looked = shards;
        skipped = 0;
    }

    @Override
    public void close() {
        rounds.close();
    }
}
