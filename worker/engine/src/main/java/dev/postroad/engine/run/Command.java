package dev.postroad.engine.run;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import org.jspecify.annotations.Nullable;

/** What a run is told. */
public sealed interface Command {
    /** A command that a user sent, applied once per id. */
    sealed interface FromUser extends Command {
        /** What makes it apply once. */
        String commandId();

        /** The type on the control topic. */
        String type();
    }

    /** A queued run may begin. */
    record Start() implements Command {}

    /** Go on after a decision that stopped for its bound, or after the run was read back from its journal. */
    record Proceed() implements Command {}

    /**
     * An agent answered, or its attempt was given up.
     *
     * @param policy the agent's own policy, which the node may override
     * @param chance 0 to 1, for the jitter of a retry
     */
    record Answer(String task, int attempt, AgentReply reply, RetryPolicy policy, long durationMillis, double chance)
            implements Command {
        /** Nothing consumed is known where the attempt did not complete. */
        Usage usage() {
            return reply instanceof AgentReply.Completed completed ? completed.usage() : Usage.NONE;
        }
    }

    /** The wait before an attempt is over. */
    record RetryDue(String task, int attempt) implements Command {}

    /** The time of the whole run is over. */
    record TimeOut() implements Command {}

    /** Stop. */
    record Cancel(String commandId, @Nullable String reason) implements FromUser {
        @Override
        public String type() {
            return "cancel";
        }
    }

    /** Run again what failed or was cancelled. */
    record Retry(String commandId) implements FromUser {
        @Override
        public String type() {
            return "retry";
        }
    }

    /** A command that this worker cannot carry out. */
    record Refuse(String commandId, String type, String reason) implements FromUser {}
}
