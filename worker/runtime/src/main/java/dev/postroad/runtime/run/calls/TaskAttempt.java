package dev.postroad.runtime.run.calls;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.engine.run.Effect;
import dev.postroad.engine.run.RetryPolicy;
import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.logs.CallLog;
import dev.postroad.runtime.run.calls.AgentCaller.Unavailability;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt of a task, for all who take part in it. Thread-safe.
 *
 * @param epoch of the run's shard, in which the call was ordered
 * @param log of the call, for people
 * @param trace null where the run is not traced
 */
record TaskAttempt(
        RunKey run,
        long epoch,
        String graph,
        Effect.CallAgent call,
        AttemptServices services,
        CallLog log,
        Instant startedAt,
        AttemptAnswer answer,
        @Nullable AttemptTrace trace) {
    /** What is answered where the worker itself broke. */
    static final String DEFECT = "agent-defect";

    static TaskAttempt of(
            RunKey run,
            long epoch,
            String graph,
            Effect.CallAgent call,
            AttemptServices services,
            AttemptAnswer answer) {
        return new TaskAttempt(
                run,
                epoch,
                graph,
                call,
                services,
                services.logs().of(run.id(), graph, call.node(), call.task(), call.attempt(), call.agent()),
                services.clock().instant(),
                answer,
                AttemptTrace.of(services.traces(), run, graph, call));
    }

    Instant now() {
        return services.clock().instant();
    }

    /** Answers what no agent did. */
    void give(AgentReply reply, RetryPolicy policy) {
        answer.give(reply, policy, Duration.between(startedAt, now()).toMillis());
    }

    /** Has it wait, or fail, as no agent can be called. */
    void giveUnavailable(Unavailability why) {
        if (answer.isOpen()) {
            log.info(why.reason()
                    + (why.fails()
                            ? "; the node fails"
                            : "; the node waits until then, " + why.until() + " at the latest"));
        }
        answer.giveUnavailable(why);
    }

    static AgentReply interrupted() {
        return AgentReply.retryable("interrupted", "the call was interrupted");
    }
}
