package dev.postroad.runtime.run;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.StoredRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets the engine decide and gathers what it decided: events in the batch, to be committed, and effects beside them, to
 * be performed after. Confined to the lane's thread.
 */
final class Stepper {
    /** A run that waits no longer than this stays in memory; what wakes the others looks once a second. */
    private static final Duration SHORT_WAIT = Duration.ofSeconds(10);

    private final RunTable table;
    private final Batch batch = new Batch();
    private final Timers timers = new Timers();
    private final LaneClock clock;
    private final EffectPerformer effects;

    Stepper(RunTable table, LaneClock clock, EffectPerformer effects) {
        this.table = table;
        this.clock = clock;
        this.effects = effects;
    }

    Batch batch() {
        return batch;
    }

    /** Admits a run, and begins it where a place is free. */
    void admit(Admittee admittee, long number) {
        Decision admitted = Decider.admit(admittee.runId(), admittee.graph(), admittee.admission(), clock.now());
        LiveRun live = new LiveRun(
                new RunKey(number, admittee.runId(), admittee.shard(), admittee.traceParent()),
                admitted.run(),
                admittee.bytes());
        take(live, table.enter(live) ? begun(admitted) : admitted, admittee, null);
    }

    private Decision begun(Decision admitted) {
        Decision begun = Decider.decide(admitted.run(), new Command.Start(), clock.now());
        List<Event> events = new ArrayList<>(admitted.events());
        events.addAll(begun.events());
        return new Decision(begun.run(), events, begun.effects());
    }

    /** Begins queued runs while places are free. */
    void beginQueued(int maxRows) {
        while (batch.rows() < maxRows) {
            LiveRun next = table.nextToBegin();
            if (next == null) {
                return;
            }
            tell(next, new Command.Start());
        }
    }

    /** Takes up a run that was read back. */
    void recover(StoredRun stored) {
        LiveRun live = new LiveRun(stored.key(), stored.run(), 0);
        if (stored.run().status() == RunStatus.QUEUED) {
            if (table.enter(live)) {
                tell(live, new Command.Start());
            }
            return;
        }
        table.resume(live);
        take(live, Decider.recover(live.run(), clock.now()), null, null);
    }

    /** Gives a run a command, unless the run is no longer here. */
    void tell(LiveRun live, Command command) {
        if (table.holds(live)) {
            take(live, Decider.decide(live.run(), command, clock.now()), null, null);
        }
    }

    /** Gives a run a user's command. */
    void instruct(LiveRun live, Instruction instruction) {
        take(live, Decider.decide(live.run(), instruction.command(), clock.now()), null, instruction);
    }

    /** Lets the time come of every timer that is due. */
    void fireTimers() {
        for (Timers.Timer due = timers.pollDue(clock.now()); due != null; due = timers.pollDue(clock.now())) {
            tell(due.run(), due.command());
        }
    }

    /** When the next timer is due; null where there is none. */
    @Nullable
    Instant nextTimerAt() {
        return timers.nextAt();
    }

    /** Performs what was decided, now that it is committed, and lets go of a run that is at rest. */
    void settle(Batch.Item item) {
        release(item.live(), item.entry().run());
        effects.perform(item.live(), item.effects(), timers);
        if (item.instruction() != null) {
            item.instruction().outcome().applied();
        }
    }

    /** Drops the runs of a shard that is somebody else's: nothing of them may happen here any more. */
    void drop(int shard) {
        timers.removeShard(shard);
        table.removeShard(shard).forEach(effects::stopCalls);
    }

    private void take(LiveRun live, Decision decision, @Nullable Admittee admittee, @Nullable Instruction instruction) {
        if (!decision.events().isEmpty()) {
            live.become(decision.run());
            batch.add(live, decision, admittee, instruction);
            return;
        }
        effects.perform(live, decision.effects(), timers);
        if (instruction != null) {
            instruction.outcome().applied();
            release(live, live.run());
        }
    }

    /** A run that is at rest leaves memory, unless more of it waits for a commit. */
    private void release(LiveRun live, Run committed) {
        if (committed == live.run() && isAtRest(committed)) {
            table.remove(live);
        }
    }

    private boolean isAtRest(Run run) {
        return switch (run.status()) {
            case QUEUED, RUNNING -> false;
            case COMPLETED, FAILED, CANCELLED, PAUSED -> true;
            case WAITING -> {
                Instant wakeAt = run.wakeAt();
                yield wakeAt == null || wakeAt.isAfter(clock.now().plus(SHORT_WAIT));
            }
        };
    }
}
