package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalReader.DueRun;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.lane.Lanes;
import dev.postroad.runtime.run.queue.RunQueue;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Wakes the runs that wait for a time. They are in Postgres alone, so that a run that sleeps for a day holds no memory;
 * once a second this looks which of them are due. However many that are, they are woken in one round, a page as soon as
 * the one before is decided and there are places again; where none become free, a page a second. One that is found again,
 * because its lane has not come to it yet, is told twice, which changes nothing. Owns one thread.
 */
public final class Waker implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int MOST_AT_ONCE = 1_000;

    private final JournalReader journal;
    private final PostponedRuns postponed;
    private final RunQueue queue;
    private final Lanes lanes;
    private final Supplier<Set<Integer>> owned;
    private final InstantSource clock;
    private final Duration patience;
    private final int mostAtOnce;
    private final Rounds rounds;

    /**
     * @param postponed runs that were woken and need not be woken again yet
     * @param queue has the places that runs take which go on
     * @param owned the shards whose runs are to be woken here
     */
    public Waker(
            JournalReader journal,
            PostponedRuns postponed,
            RunQueue queue,
            Lanes lanes,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this(journal, postponed, queue, lanes, owned, clock, LOOK_EVERY, LOOK_EVERY, MOST_AT_ONCE);
    }

    /** @param patience how long is waited for what becomes of a page */
    Waker(
            JournalReader journal,
            PostponedRuns postponed,
            RunQueue queue,
            Lanes lanes,
            Supplier<Set<Integer>> owned,
            InstantSource clock,
            Duration lookEvery,
            Duration patience,
            int mostAtOnce) {
        this.journal = journal;
        this.postponed = postponed;
        this.queue = queue;
        this.lanes = lanes;
        this.owned = owned;
        this.clock = clock;
        this.patience = patience;
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

    /**
     * What was found at once.
     *
     * @param isDecided whether something became of all of it in time
     */
    private record Page(Set<DueRun> due, boolean isDecided) {}

    private void wake() throws SQLException, InterruptedException {
        Set<DueRun> before = Set.of();
        int most = mostAtOnce;
        Page page = wake(most);
        // Those that are found again did not go on, and are not to be looked for all the time.
        while (page.due().size() == most && !before.containsAll(page.due())) {
            before = page.due();
            // Whom a lane keeps waiting are found again, and leave room for others only in a page as large as any.
            int places = page.isDecided() ? queue.awaitPlaces(LOOK_EVERY) : 0;
            most = places == 0 ? mostAtOnce : Math.min(places, mostAtOnce);
            page = wake(most);
        }
    }

    /** Wakes so many at the most, those first that are longest due, and waits until that is decided, for a while. */
    private Page wake(int most) throws SQLException, InterruptedException {
        postponed.write();
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return new Page(Set.of(), true);
        }
        Set<DueRun> due = Set.copyOf(journal.due(shards, clock.instant(), most));
        Decided decided = new Decided(due.size());
        for (DueRun run : due) {
            lanes.instruct(new Instruction(run.runId(), run.shard(), new Command.WakeUp(), decided));
        }
        return new Page(due, decided.left().await(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    @Override
    public void close() {
        rounds.close();
    }
}
