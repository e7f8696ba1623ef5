package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A call that goes on here while its run goes on elsewhere. Thread-safe.
 *
 * @param outcome the answer, once it is there; empty where no call was made after all
 */
public record LeftCall(RunKey run, String task, int attempt, CompletableFuture<Optional<Answer>> outcome)
        implements AgentCaller.Answered {
    /** What was answered, and how long that took. */
    public record Answer(AgentReply reply, long durationMillis) {}

    public LeftCall(RunKey run, String task, int attempt) {
        this(run, task, attempt, new CompletableFuture<>());
    }

    @Override
    public void answered(AgentReply reply, RetryPolicy policy, long durationMillis) {
        outcome.complete(Optional.of(new Answer(reply, durationMillis)));
    }

    /** Whoever steps the run now sends it anew, as the same attempt, for nobody noted this in its journal. */
    @Override
    public boolean dispatched(Command.Dispatched sent) {
        outcome.complete(Optional.empty());
        return sent.polling() == null;
    }

    @Override
    public void unavailable(AgentCaller.Unavailability why) {
        outcome.complete(Optional.empty());
    }

    @Override
    public void overBudget(BudgetExceeded exceeded) {
        if (exceeded.onExceeded() != OnExceeded.WARN) {
            outcome.complete(Optional.empty());
        }
    }
}
