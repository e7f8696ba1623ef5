package dev.postroad.runtime.run;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;

/** Calls agents without making the caller wait. Thread-safe. */
public interface AgentCaller {
    /** Begins a call; the answer comes once, from another thread, unless the call is stopped before. */
    void call(RunKey run, String graph, Effect.CallAgent call, Answered answered);

    /** Stops a call that is under way; its answer does not come. */
    void stop(RunKey run, String task, int attempt);

    /** Takes an answer. Must not block. */
    interface Answered {
        /**
         * An agent answered, or its attempt was given up.
         *
         * @param policy the agent's own
         */
        void answered(AgentReply reply, RetryPolicy policy, long durationMillis);
    }
}
