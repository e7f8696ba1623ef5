package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Command;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import java.time.Instant;

/** Calls agents without making the caller wait. Thread-safe. */
public interface AgentCaller {
    /**
     * Begins a call; the answer comes once, from another thread, unless the call is stopped before, or its shard is somebody
     * else's by the time at which it could begin.
     *
     * @param epoch of the run's shard, in which the call was ordered
     */
    void call(RunKey run, long epoch, String graph, Effect.CallAgent call, Answered answered);

    /** Stops a call that is under way; its answer does not come. */
    void stop(RunKey run, String task, int attempt, Stop why);

    /** Why a call is stopped. */
    enum Stop {
        /** Its run has no use for it. */
        CANCELLED,
        /** Its run is not stepped here any more; whoever steps it makes the same attempt anew. */
        LEFT_BEHIND
    }

    /**
     * Has a call that is under way answered to somebody else from now on, and no longer stopped by {@link #stop}. One that
     * has not begun is stopped.
     *
     * @return whether it is under way
     */
    boolean leave(RunKey run, String task, int attempt, Answered elsewhere);

    /**
     * Why an agent cannot be called now.
     *
     * @param agent its name
     * @param reason for people
     * @param until when to ask again, unless {@code fails}
     * @param fails whether the task is to fail rather than wait
     */
    record Unavailability(String agent, String reason, Instant until, boolean fails) {}

    /** Takes an answer. Must not block. */
    interface Answered {
        /**
         * An agent answered, or its attempt was given up.
         *
         * @param policy the agent's own
         */
        void answered(AgentReply reply, RetryPolicy policy, long durationMillis);

        /**
         * The attempt was sent to a remote agent, whose answer comes by itself or is asked for.
         *
         * @return false where nobody will, and the agent is to be told so
         */
        boolean dispatched(Command.Dispatched sent);

        /** No call was made. */
        void unavailable(Unavailability why);

        /** The call is beyond the budget; it was made only where that is to be told alone, and is answered besides then. */
        void overBudget(BudgetExceeded exceeded);
    }
}
