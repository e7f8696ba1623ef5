package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalReader.DueRun;
import dev.postroad.runtime.journal.PostponedRuns;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Wakes the runs that wait for a time. They are in Postgres alone, so that a run that sleeps for a day holds no memory;
 * once a second this looks which of them are due. However many that are, they are woken in one round, each as soon as there is
 * a place for it. One that is found again, because its lane has not come to it yet, is told twice, which changes nothing.
 * Owns one thread.
 */
public final class Waker implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int MOST_AT_ONCE = 1_000;

    private final JournalReader journal;
    private final PostponedRuns postponed;
    private final GoAhead goAhead;
    private final Supplier<Set<Integer>> owned;
    private final InstantSource clock;
    private final int mostAtOnce;
    private final Rounds rounds;

    /**
     * @param postponed runs that were woken and need not be woken again yet
     * @param goAhead this waker's own
     * @param owned the shards whose runs are to be woken here
     */
    public Waker(
            JournalReader journal,
            PostponedRuns postponed,
            GoAhead goAhead,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this(journal, postponed, goAhead, owned, clock, LOOK_EVERY, MOST_AT_ONCE);
    }

    Waker(
            JournalReader journal,
            PostponedRuns postponed,
            GoAhead goAhead,
            Supplier<Set<Integer>> owned,
            InstantSource clock,
            Duration lookEvery,
            int mostAtOnce) {
        this.journal = journal;
        this.postponed = postponed;
        this.goAhead = goAhead;
        this.owned = owned;
        this.clock = clock;
        this.mostAtOnce = mostAtOnce;
        this.rounds = new Rounds("postroad-waker", "runs that are due", lookEvery.toMillis(), clock, this::wake);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    /** Has it looked at once. */
    void call() {
        rounds.call();
    }

    private void wake() throws SQLException, InterruptedException {
        Set<DueRun> told = new HashSet<>();
        boolean isAll = false;
        while (!isAll) {
            List<DueRun> due = due();
            // Those that are found again did not go on, and are not to be looked for all the time.
            told.retainAll(Set.copyOf(due));
            List<DueRun> next = due.stream().filter(run -> !told.contains(run)).toList();
            int many = goAhead.tell(next, new Command.WakeUp());
            told.addAll(next.subList(0, many));
            isAll = many == 0 || (many == next.size() && due.size() < mostAtOnce);
        }
    }

    /** Those first that are longest due. */
    private List<DueRun> due() throws SQLException {
        postponed.write();
        Set<Integer> shards = owned.get();
        return shards.isEmpty() ? List.of() : journal.due(shards, clock.instant(), mostAtOnce);
    }

    @Override
    public void close() {
        rounds.close();
    }
}
