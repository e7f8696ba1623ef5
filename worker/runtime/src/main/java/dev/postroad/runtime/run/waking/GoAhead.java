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
 * decided: however many they are, they go on at the pace of the lanes, and neither memory nor agents have more of them in
 * hand than a worker may have. Of one thread.
 */
public final class GoAhead {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

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

    /** Tells the first of them; how many those are, and none where no place becomes free for a while. */
    int tell(List<? extends AtRest> runs, Command command) throws InterruptedException {
        int many = runs.isEmpty() ? 0 : queue.awaitPlacesToGoOn(runs.size(), PATIENCE);
        Decided decided = new Decided(many);
        for (AtRest run : runs.subList(0, many)) {
            lanes.instruct(new Instruction(run.runId(), run.shard(), command, decided));
        }
        // Who stands still, as its lane does, keeps no others from going on.
        boolean _ = decided.left().await(forDecisions.toMillis(), TimeUnit.MILLISECONDS);
        return many;
    }
}
