package dev.postroad.runtime.agent.java;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.CallingTools;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.contracts.agent.AgentReply.Interrupted;
import dev.postroad.contracts.agent.AgentReply.Sleeping;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Answers;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.Thrown;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls an agent within this process, and trusts nothing that it gives back or throws. Looks the agent up for each call,
 * as plug-ins come and go. Thread-safe.
 */
public final class JavaAgentClient implements AgentClient {
    private final JavaAgents agents;
    private final String name;

    public JavaAgentClient(JavaAgents agents, String name) {
        this.agents = agents;
        this.name = name;
    }

    @Override
    public AgentReply call(AgentCall call) throws InterruptedException {
        HostedAgent agent = agents.enter(name);
        try {
            // Whatever the agent gives back or throws is its own code too, and is looked at before that may go away.
            return reply(agent, call);
        } finally {
            agent.lease().leave();
        }
    }

    private static AgentReply reply(HostedAgent agent, AgentCall call) throws InterruptedException {
        try {
            return checked(agent.call(withOwnTrees(call)));
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable failure) {
            // Many libraries wrap an interrupt and set the flag again; that is a cancel and no failure of the agent.
            AttemptSender.throwIfInterrupted(failure);
            return Thrown.fault(failure);
        }
    }

    private static AgentReply checked(@Nullable AgentReply reply) {
        return switch (reply) {
            case null -> AgentReply.completed(NullNode.instance);
            case Completed completed -> ownCopy(Answers.checked("java", withOutput(completed)));
            case Interrupted interrupted -> ownCopy(Answers.checked("java", interrupted));
            case CallingTools calling -> ownCopy(Answers.checked("java", calling));
            case Sleeping sleeping -> Answers.checked("java", sleeping);
            case Faulted(var type, var message, var retryable, var retryAfter, var usage) ->
                new Faulted(shown(type, "java.fault"), shown(message, ""), retryable, retryAfter, spent(usage));
        };
    }

    @SuppressWarnings("NullAway") // As anything that a plug-in gives, the output may be null all the same.
    private static Completed withOutput(Completed completed) {
        return completed.output() == null
                ? new Completed(NullNode.instance, completed.usage(), completed.next())
                : completed;
    }

    /** The state is shared by all that happens in a superstep, and a plug-in must not be able to change it. */
    private static AgentCall withOwnTrees(AgentCall call) {
        return new AgentCall(
                call.runId(),
                call.graph(),
                call.node(),
                call.task(),
                call.attempt(),
                Json.copy(call.input()),
                call.deadline(),
                call.traceParent(),
                call.answers().isEmpty()
                        ? List.of()
                        : call.answers().stream().map(Json::copy).toList(),
                call.output(),
                call.log());
    }

    /** As it will be read back from the journal, so that a run goes on after a crash with the very same values. */
    private static AgentReply ownCopy(AgentReply reply) {
        return switch (reply) {
            case Completed(JsonNode output, Usage usage, List<Goto> next) ->
                new Completed(
                        Json.copy(output),
                        usage,
                        next.isEmpty()
                                ? next
                                : next.stream().map(JavaAgentClient::ownCopy).toList());
            case Interrupted asks ->
                new Interrupted(
                        Json.copy(asks.question()),
                        ownCopy(asks.asking()),
                        asks.usage(),
                        asks.kept() == null ? null : Json.copy(asks.kept()));
            case CallingTools(JsonNode said, List<ToolCall> calls, Usage usage) ->
                new CallingTools(
                        Json.copy(said),
                        calls.stream()
                                .map(asked -> new ToolCall(
                                        asked.id(), asked.tool(), asked.target(), Json.copy(asked.input())))
                                .toList(),
                        usage);
            case Sleeping sleeping -> sleeping;
            case Faulted faulted -> faulted;
        };
    }

    private static Asking ownCopy(Asking asking) {
        return new Asking(
                asking.schema() == null ? null : (ObjectNode) Json.copy(asking.schema()),
                asking.assignee(),
                asking.timeout(),
                asking.onTimeout() == null ? null : Json.copy(asking.onTimeout()),
                asking.remindEvery());
    }

    private static Goto ownCopy(Goto target) {
        return target.input() == null ? target : new Goto(target.node(), Json.copy(target.input()), target.parent());
    }

    private static Usage spent(@Nullable Usage usage) {
        return usage == null ? Usage.NONE : usage;
    }

    private static String shown(@Nullable String text, String instead) {
        return Excerpt.PLAIN.of(text == null ? instead : text);
    }

    @Override
    public void close() {
        // Holds nothing: the instance is shared by all agents that name it.
    }
}
