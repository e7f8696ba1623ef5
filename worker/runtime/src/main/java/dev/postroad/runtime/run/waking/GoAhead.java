package dev.postroad.runtime.run.waking;

import dev.postroad.engine.run.Command;
import dev.postroad.runtime.journal.JournalReader.AtRest;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.lane.Lanes;
import dev.postroad.runtime.run.queue.RunQueue;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Tells runs at rest that they may go on, so many at once as there are places for, and comes back as soon as that is
 * decided: however many they are, they go on at the pace of the lanes. Where places stay taken, a few go on each second all
 * the same: among them are those whose time to wait is over. Of one thread.
 */
public final class GoAhead {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** After so many portions, what was read of the runs may be told from old. */
    private static final int MOST_PORTIONS = 10;

    private final RunQueue queue;
    private final Lanes lanes;
    private final Duration forDecisions;

    /** @param queue has the places that runs take which go on */
    public GoAhead(RunQueue queue, Lanes lanes) {
        this(queue, lanes, PATIENCE);
    }

    /** @param forDecisions how long is waited for what becomes of those that are told */
    GoAhead(RunQueue queue, Lanes lanes, Duration forDecisions) {
        this.queue = queue;
        this.lanes = lanes;
        this.forDecisions = forDecisions;
    }

    /** Tells the first of them; how many those are, and none where this worker stops. */
    int tell(List<? extends AtRest> runs, Command command) throws InterruptedException {
        int told = 0;
        for (int i = 0; i < MOST_PORTIONS && told < runs.size(); i++) {
            int many = queue.awaitPlacesToGoOn(runs.size() - told, PATIENCE);
            tellAll(runs.subList(told, told + many), command);
            told += many;
        }
        return told;
    }

    private void tellAll(List<? extends AtRest> runs, Command command) throws InterruptedException {
        Decided decided = new Decided(runs.size());
        for (AtRest run : runs) {
            lanes.instruct(new Instruction(run.runId(), run.shard(), command, decided));
        }
        // Who stands still, as its lane does, keeps no others from going on.
        boolean _ = decided.left().await(forDecisions.toMillis(), TimeUnit.MILLISECONDS);
    }
}
