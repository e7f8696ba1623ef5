package dev.postroad.engine.run;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.run.Command.TimeOut;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Until when a run may take, and each of its supersteps: the timers, and the ends that these bring. Confined to one decision. */
final class Deadlines {
    private final Draft draft;
    private final TaskEnds ends;

    Deadlines(Draft draft, TaskEnds ends) {
        this.draft = draft;
        this.ends = ends;
    }

    /** Ends the run if its time is over. */
    void end() {
        Run run = draft.run();
        if (run.isUnderWay() && isOver(run.deadline())) {
            ends.stopAll();
            draft.fail(new RunError(RunError.RUN_TIMEOUT, "the run took longer than it may", null));
        } else if (isInSuperstep(run) && isOver(run.superstepDeadline())) {
            ends.stopAll();
            draft.fail(new RunError(
                    RunError.SUPERSTEP_TIMEOUT,
                    "superstep " + run.root().superstep().number() + " took longer than limits.superstepTimeout",
                    null));
        }
    }

    /** Whether work of a superstep is under way, which a wait for people or times is not. */
    private static boolean isInSuperstep(Run run) {
        return run.status() == RunStatus.RUNNING
                || (run.status() == RunStatus.WAITING && run.root().isDispatched());
    }

    private boolean isOver(@Nullable Instant deadline) {
        return deadline != null && !draft.now().isBefore(deadline);
    }

    /**
     * A superstep that has just begun gets its timer.
     *
     * @param watched until when the superstep may take that has one; null where none has
     */
    void watchSuperstep(@Nullable Instant watched) {
        Instant deadline = draft.run().superstepDeadline();
        if (deadline != null && draft.run().status() == RunStatus.RUNNING && !deadline.equals(watched)) {
            draft.perform(new Effect.Wake(deadline, new TimeOut()));
        }
    }

    void watchRun() {
        Instant deadline = draft.run().deadline();
        if (deadline != null) {
            draft.perform(new Effect.Wake(deadline, new TimeOut()));
        }
    }
}
