package dev.postroad.engine.run;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a decision has to know of agents that answer by themselves. Must not block, and changes nothing. */
public interface RemoteAgents {
    /** Of which nothing is known: all are remote, and say nothing before they answer. */
    RemoteAgents NONE = new RemoteAgents() {
        @Override
        public boolean isRemote(String agent) {
            return true;
        }

        @Override
        public RetryPolicy policy(String agent) {
            return RetryPolicy.DEFAULT;
        }

        @Override
        public double chance() {
            return 0;
        }

        @Override
        public @Nullable Instant heard(String task, int attempt) {
            return null;
        }
    };

    /** Whether an agent, or one that may stand in for it, answers by itself. */
    boolean isRemote(String agent);

    /** When an agent's failed attempts are followed by others, unless the node says otherwise. */
    RetryPolicy policy(String agent);

    /** 0 to 1, for the jitter of a retry. */
    double chance();

    /** When the agent that has an attempt last said something, or could first be heard here; null where nobody listened. */
    @Nullable
    Instant heard(String task, int attempt);
}
