package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.engine.graph.Graph;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the shell is to do once the events of the same decision are committed. */
public sealed interface Effect {
    /**
     * Call an agent, and answer with {@link Command.Answer}.
     *
     * @param graph the name of the graph that the node is of: the run's, or one inside it
     * @param answers what people answered to this task so far
     * @param timeout the node's own; null for the agent's
     * @param guard what the node says about the calls of its agent
     * @param budget what it spends from that its run shares with others; null for nothing
     * @param cache how long a result serves for equal inputs; null for no time
     * @param doubtful the last attempt of which nobody knows whether the agent did the work, which may be this very one;
     *     0 for none
     */
    record CallAgent(
            String agent,
            String graph,
            String node,
            String task,
            int attempt,
            JsonNode input,
            List<JsonNode> answers,
            @Nullable Duration timeout,
            @Nullable Duration cache,
            NodeGuardSettings guard,
            @Nullable BudgetClaim budget,
            int doubtful)
            implements Effect {}

    /**
     * Tell a remote agent that nobody waits any more for what it was sent.
     *
     * @param handle by which it knows the work; null where it knows it by the task
     */
    record Recall(
            String agent,
            String task,
            int attempt,
            @Nullable String handle) implements Effect {}

    /**
     * Ask a remote agent whether it is done, and answer with {@link Command.Result} once it is.
     *
     * @param graph the name of the graph that the node is of
     * @param deadline when the attempt is given up
     */
    record Poll(String agent, String graph, String node, String task, int attempt, Polling polling, Instant deadline)
            implements Effect {}

    /**
     * Note what a remote agent answered, or that it was given up.
     *
     * @param graph the name of the graph that the node is of
     * @param logs what it has to say beside; null for nothing
     */
    record Note(
            String agent,
            String graph,
            String node,
            String task,
            int attempt,
            AgentReply reply,
            long durationMillis,
            @Nullable JsonNode logs)
            implements Effect {}

    /** Show what a remote agent shows while it works. */
    record Show(String graph, String node, String task, int attempt) implements Effect {}

    /** Stop a call; its answer no longer matters. */
    record StopCall(String task, int attempt) implements Effect {}

    /** Give the run a command when the time has come. */
    record Wake(Instant at, Command command) implements Effect {}

    /**
     * Wake the run, which is at rest, no sooner than then: what it waits for is well, which is known to this worker alone.
     * Nothing of the run changes, so that a journal does not grow while an agent says again and again that it is at work.
     */
    record Postpone(Instant until) implements Effect {}

    /** Admit another run, and tell this one {@link Command.Forked} when that is done, or that it cannot be. */
    record Spawn(String newRunId, Graph graph, Admission admission) implements Effect {}

    /**
     * Answer a command outside the journal: it was refused, as others of its type before it, and a journal does not grow with
     * everything that is refused.
     *
     * @param code for programs
     * @param reason for people
     */
    record Reject(String code, String reason) implements Effect {}

    /** Give the run a command as soon as others had their turn. */
    record Yield(Command command) implements Effect {}
}
