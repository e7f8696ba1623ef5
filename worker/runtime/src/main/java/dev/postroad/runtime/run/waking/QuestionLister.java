package dev.postroad.runtime.run.waking;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.StoredRun;
import dev.postroad.runtime.journal.UnlistedRuns;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Has it written down what runs ask of people that another release let wait, so that they are found like all others. Where
 * there are none, and that is the rule, it asks one empty index every few seconds. Owns one thread.
 */
public final class QuestionLister implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 3_000;

    private final UnlistedRuns unlisted;
    private final StoredRun.Graphs graphs;
    private final Supplier<Set<Integer>> owned;
    private final Rounds rounds;

    /** @param owned the shards whose runs are looked up here */
    public QuestionLister(
            UnlistedRuns unlisted, StoredRun.Graphs graphs, Supplier<Set<Integer>> owned, InstantSource clock) {
        this.unlisted = unlisted;
        this.graphs = graphs;
        this.owned = owned;
        this.rounds = new Rounds("postroad-questions", "runs that ask people", LOOK_EVERY_MILLIS, clock, this::look);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void look() throws SQLException {
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return;
        }
        long last = 0;
        while (last != Long.MAX_VALUE && !Thread.currentThread().isInterrupted()) {
            last = unlisted.list(shards, last, graphs);
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
