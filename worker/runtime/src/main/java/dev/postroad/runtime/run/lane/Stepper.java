package dev.postroad.runtime.run.lane;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Decider;
import dev.postroad.engine.run.Decision;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.background.Memory;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.journal.StoredRun.Readable;
import dev.postroad.runtime.run.calls.LeftCall;
import dev.postroad.runtime.run.commands.Instruction;
import dev.postroad.runtime.run.queue.Ticket;
import dev.postroad.runtime.trace.TracedRun;
import dev.postroad.runtime.trace.Traces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the engine decide and gathers what it decided: events in the batch, to be committed, and effects beside them, to
 * be performed after. Confined to the lane's thread.
 */
final class Stepper {
    /** A run that waits no longer than this stays in memory; what wakes the others looks once a second. */
    private static final Duration SHORT_WAIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Stepper.class);
    private static final String UNDECIDABLE = "this release can make no decision of it: ";

    private final BiConsumer<RunKey, String> undecidable;
    private final RunTable table;
    private final Batch batch = new Batch();
    private final Timers timers = new Timers();
    private final LaneClock clock;
    private final EffectPerformer effects;
    private final Forks forks;
    private final QueuePlaces places;
    private final Traces traces;

    /** @param undecidable told of a run of which no decision can be made; must not block */
    Stepper(
            RunTable table,
            LaneClock clock,
            EffectPerformer effects,
            Forks forks,
            QueuePlaces places,
            Traces traces,
            BiConsumer<RunKey, String> undecidable) {
        this.traces = traces;
        this.undecidable = undecidable;
        this.table = table;
        this.clock = clock;
        this.effects = effects;
        this.forks = forks;
        this.places = places;
    }

    Batch batch() {
        return batch;
    }

    /** Admits a run, and begins it where a place is free. */
    void admit(Admittee admittee, long number) {
        Instant stamp = clock.stamp();
        Admission admission = places.placed(admittee.runId(), admittee.graph(), admittee.admission(), stamp);
        Decision admitted = Decider.admit(admittee.runId(), admittee.graph(), admission, stamp);
        RunKey key = new RunKey(number, admittee.runId(), admittee.shard(), admittee.traceParent());
        LiveRun live = new LiveRun(key, traced(key), admitted.run(), 0, admittee.bytes());
        boolean begins = table.enter(live, clock.now());
        Decision decision;
        try {
            decision = begins ? begun(admitted) : admitted;
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            LOG.error("no decision can be made of the trigger of run {}, which is refused", admittee.runId(), defect);
            table.remove(live);
            admittee.outcome().refused(UNDECIDABLE + defect);
            return;
        }
        take(live, decision, admittee, null);
    }

    private Decision begun(Decision admitted) {
        Decision begun = decide(admitted.run(), new Command.Start(), clock.now());
        List<Event> events = new ArrayList<>(admitted.events());
        events.addAll(begun.events());
        return new Decision(admitted.before(), begun.run(), events, begun.effects());
    }

    /**
     * Begins a queued run that has a place now.
     *
     * @param ticket by which it has it
     */
    void begin(LiveRun live, Ticket ticket) {
        if (table.seatQueued(live, ticket)) {
            tell(live, new Command.Start());
        } else {
            release(live);
        }
    }

    /** Takes up a run that was under way, and was read back. */
    void recover(Readable stored) {
        LiveRun live = resumed(stored);
        Instant now = clock.now();
        Decision decision;
        try {
            decision = Decider.recover(live.run(), now, clock.stamp(now));
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            setAside(live, defect);
            return;
        }
        take(live, decision, null, null);
    }

    /** Takes a run into memory that was read back. */
    LiveRun resumed(Readable stored) {
        TracedRun traced = traced(stored.key());
        if (traced != null) {
            traces.resumed(traced, stored.run().seq());
        }
        LiveRun live = new LiveRun(stored.key(), traced, stored.run(), stored.statusSeq(), 0);
        table.resume(live);
        return live;
    }

    private @Nullable TracedRun traced(RunKey key) {
        return traces.traced(key.number(), key.id(), key.traceParent());
    }

    /** Gives a run a command, unless the run is no longer here. */
    void tell(LiveRun live, Command command) {
        tell(live, command, clock.now());
    }

    private void tell(LiveRun live, Command command, Instant now) {
        if (!table.holds(live)) {
            effects.missed(live, command);
            return;
        }
        Decision decision;
        try {
            decision = decide(live.run(), effects.informed(live, command), now);
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            setAside(live, defect);
            return;
        }
        take(live, decision, null, null);
    }

    /** No decision can be made of the run: it is left as it is, and all others go on. */
    private void setAside(LiveRun live, Throwable defect) {
        LOG.error(
                "no decision can be made of run {}, which is set aside",
                live.key().id(),
                defect);
        effects.stopCalls(live);
        table.remove(live);
        undecidable.accept(live.key(), UNDECIDABLE + defect);
    }

    private Decision decide(Run run, Command command, Instant now) {
        return Decider.decide(run, command, now, clock.stamp(now));
    }

    /** Gives a run a user's command. */
    void instruct(LiveRun live, Instruction instruction) {
        Decision decision;
        try {
            decision = decide(live.run(), effects.informed(live, instruction.command()), clock.now());
        } catch (RuntimeException | VirtualMachineError defect) {
            Memory.passOnIfShort(defect);
            LOG.error(
                    "a command for run {} cannot be decided, and is refused",
                    live.key().id(),
                    defect);
            instruction.outcome().rejected("undecidable", UNDECIDABLE + defect);
            release(live);
            return;
        }
        Effect first = decision.effects().isEmpty() ? null : decision.effects().getFirst();
        if (first instanceof Effect.Spawn spawn) {
            forks.begin(live, spawn, instruction);
            release(live);
        } else if (first instanceof Effect.Reject(String code, String reason)
                && decision.events().isEmpty()) {
            instruction.outcome().rejected(code, reason);
            release(live);
        } else {
            take(live, decision, null, instruction);
        }
    }

    /** Lets the time come of every timer that is due. */
    void fireTimers() {
        // What is due now is due to the decision too, though the clock be set back meanwhile.
        Instant now = clock.now();
        for (Timers.Timer due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
            tell(due.run(), due.command(), now);
        }
    }

    /** When the next timer is due; null where there is none. */
    @Nullable
    Instant nextTimerAt() {
        return timers.nextAt();
    }

    /** Performs what was decided, now that it is committed, and lets go of a run that is at rest. */
    void settle(Batch.Item item) {
        table.committed(item.entry());
        release(item.live());
        effects.perform(item.live(), item.effects(), timers);
        if (item.instruction() != null) {
            item.instruction().outcome().applied();
        }
    }

    /** Has the calls of a shard go on, and be answered elsewhere. */
    List<LeftCall> leaveCalls(int shard) {
        List<LeftCall> left = new ArrayList<>();
        table.ofShard(shard).forEach(live -> left.addAll(effects.leaveCalls(live)));
        return left;
    }

    /** Drops the runs of a shard that is somebody else's: nothing of them may happen here any more. */
    void drop(int shard) {
        timers.removeShard(shard);
        table.removeShard(shard).forEach(effects::stopCalls);
    }

    /** Drops a run: what is under way of it is of no use. */
    void drop(LiveRun live) {
        effects.stopCalls(live);
        table.remove(live);
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
        }
        if (instruction != null || live.isPostponed()) {
            release(live);
        }
    }

    /** A run that is at rest leaves memory, and one that has to wait is queued, unless more waits for a commit. */
    void release(LiveRun live) {
        if (!live.isSettled() || !table.holds(live)) {
            return;
        }
        if (live.run().status() == RunStatus.QUEUED) {
            table.queue(live, clock.now());
        } else if (isAtRest(live)) {
            table.remove(live);
        }
    }

    private boolean isAtRest(LiveRun live) {
        return switch (live.run().status()) {
            case QUEUED, RUNNING -> false;
            case COMPLETED, FAILED, CANCELLED, PAUSED -> true;
            case WAITING -> {
                Instant wakeAt = live.wakeAt();
                yield wakeAt == null || wakeAt.isAfter(clock.now().plus(SHORT_WAIT));
            }
        };
    }
}
