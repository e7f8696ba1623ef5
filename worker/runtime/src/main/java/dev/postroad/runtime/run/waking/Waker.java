package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.PostponedRuns;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.commands.Instruction.InstructionOutcome;
import dev.postroad.runtime.run.lane.Lanes;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Wakes the runs that wait for a time. They are in Postgres alone, so that a run that sleeps for a day holds no memory;
 * once a second this looks which of them are due. One that is found again, because its lane has not come to it yet, is
 * told twice, which changes nothing. Owns one thread.
 */
public final class Waker implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final int MOST_AT_ONCE = 1_000;

    private final JournalReader journal;
    private final PostponedRuns postponed;
    private final Lanes lanes;
    private final Supplier<Set<Integer>> owned;
    private final InstantSource clock;
    private final Rounds rounds;

    /**
     * @param postponed runs that were woken and need not be woken again yet
     * @param owned the shards whose runs are to be woken here
     */
    public Waker(
            JournalReader journal,
            PostponedRuns postponed,
            Lanes lanes,
            Supplier<Set<Integer>> owned,
            InstantSource clock) {
        this.journal = journal;
        this.postponed = postponed;
        this.lanes = lanes;
        this.owned = owned;
        this.clock = clock;
        this.rounds = new Rounds("postroad-waker", "runs that are due", LOOK_EVERY_MILLIS, clock, this::wake);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
    }

    private void wake() throws SQLException {
        postponed.write();
        Set<Integer> shards = owned.get();
        if (shards.isEmpty()) {
            return;
        }
        for (JournalReader.DueRun due : journal.due(shards, clock.instant(), MOST_AT_ONCE)) {
            lanes.instruct(new Instruction(due.runId(), due.shard(), new Command.WakeUp(), InstructionOutcome.NONE));
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
