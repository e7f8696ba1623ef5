package dev.postroad.engine.run;

import dev.postroad.engine.run.EventBody.Exhausted;
import dev.postroad.engine.run.EventBody.RunFailed;
import dev.postroad.engine.run.EventBody.RunPaused;
import java.util.List;
import java.util.Objects;

/** What the failures of tasks lead to, once nothing else of the run is under way. */
final class Failures {
    private Failures() {}

    /** The first in merge order, so that it does not depend on timing; one that fails the run counts before all others. */
    static Task first(Frame frame) {
        List<Task> failures = frame.where(task -> task.status().isFailure());
        return failures.stream()
                .filter(task -> task.status() == TaskStatus.FAILED)
                .findFirst()
                .orElseGet(failures::getFirst);
    }

    /** The error of a task that failed, with its node. */
    static RunError error(Task failed) {
        return Objects.requireNonNull(failed.failure()).of(failed.node());
    }

    /** The run fails; or it pauses, where attempts that are used up are all that is wrong. */
    static EventBody end(Run run) {
        Task failed = first(run.root());
        if (failed.status() != TaskStatus.EXHAUSTED) {
            return new RunFailed(error(failed), List.of(), run.state());
        }
        boolean isOfBudget = Objects.requireNonNull(failed.failure()).type().equals(RunError.BUDGET);
        String reason = isOfBudget
                ? Objects.requireNonNull(failed.failure()).message()
                : "node " + failed.node() + " failed in all its attempts; unpause or retry the run to try again";
        return RunPaused.of(
                new Exhausted(reason, failed.node(), failed.id(), Objects.requireNonNull(failed.failure())));
    }
}
