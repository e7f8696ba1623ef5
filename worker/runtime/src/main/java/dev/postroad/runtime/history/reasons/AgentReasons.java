package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.definition.OnUnavailable;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.reasons.Reason.Step;
import dev.postroad.runtime.history.rows.Rows;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Says why an agent cannot be called. Thread-safe. */
final class AgentReasons {
    private static final String REMOVED = """
            SELECT at, data FROM postroad.agent_events WHERE agent = :agent AND type = 'agent.removed'
            ORDER BY id DESC LIMIT 1""";

    private final PublishedDefinitions definitions;

    AgentReasons(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    Reason of(Handle handle, OpenTask waiting) {
        String name = waiting.agent();
        Optional<PublishedAgent> found = definitions.publishedAgent(name);
        if (found.isEmpty()) {
            return gone(handle, waiting);
        }
        PublishedAgent agent = found.get();
        PublishedAgent.Disabled disabled = agent.disabled();
        if (disabled != null) {
            return disabled(waiting, disabled);
        }
        if (waiting.isBeyondLimit()) {
            return limited(waiting);
        }
        if (waiting.isUnusable() && agent.breaker().state().equals("closed")) {
            return unusable(waiting);
        }
        return agent.breaker().state().equals("closed") ? back(waiting) : broken(waiting, agent);
    }

    private static Reason gone(Handle handle, OpenTask waiting) {
        String name = waiting.agent();
        Optional<LastEvent> removed = handle.createQuery(REMOVED)
                .bind("agent", name)
                .map((row, context) -> new LastEvent(Rows.requiredTime(row, "at"), Rows.requiredJson(row, "data")))
                .findOne();
        String by = removed.map(LastEvent::data)
                .filter(data -> data.has("by"))
                .map(data -> " by " + data.path("by").asText())
                .orElse("");
        return Reason.of(
                ReasonCode.AGENT_GONE,
                "node " + waiting.node() + " needs agent " + name + ", which "
                        + (removed.isEmpty() ? "is not there" : "was removed" + by),
                removed.map(LastEvent::at).orElse(waiting.at()),
                "publish agent " + name + " again by `postroad apply FILE`, and the run goes on by itself");
    }

    /** Such as for a secret that is not there: each worker has its own. */
    private static Reason unusable(OpenTask waiting) {
        String reason = waiting.reason();
        String fault = reason.substring(reason.indexOf(OnUnavailable.UNUSABLE) + OnUnavailable.UNUSABLE.length());
        return Reason.of(
                ReasonCode.AGENT_UNUSABLE,
                "node " + waiting.node() + " needs agent " + waiting.agent() + ", and " + OnUnavailable.UNUSABLE
                        + fault,
                waiting.at(),
                "mend that on every worker and start them anew, as variables are read at the start, or apply a corrected"
                        + " definition of the agent; the run goes on by itself then");
    }

    private static Reason disabled(OpenTask waiting, PublishedAgent.Disabled disabled) {
        String name = waiting.agent();
        String by = disabled.by() == null ? "" : " by " + disabled.by();
        String why = disabled.reason() == null ? "" : ": " + disabled.reason();
        Instant at = disabled.at() == null ? waiting.at() : disabled.at();
        return new Reason(
                ReasonCode.AGENT_DISABLED,
                "node " + waiting.node() + " needs agent " + name + ", which was disabled" + by + why,
                at,
                disabled.probeAt(),
                "enable it when what is wrong with it is mended",
                List.of(enable(name)));
    }

    private static Step enable(String agent) {
        return new Step(
                "postroad agents enable " + agent,
                "/api/agents/" + agent + "/enable",
                JsonNodeFactory.instance.objectNode(),
                null);
    }

    private static Reason broken(OpenTask waiting, PublishedAgent agent) {
        PublishedAgent.LastError last = agent.lastError();
        String error = last == null
                ? ""
                : ", the last with " + last.error().path("type").asText() + ": "
                        + last.error().path("message").asText();
        return Reason.of(
                        ReasonCode.BREAKER_OPEN,
                        "node " + waiting.node() + " needs agent " + agent.name() + ", whose calls failed too often"
                                + error,
                        waiting.at(),
                        "mend the agent; a few calls try it by themselves when the time has come, and the run goes on"
                                + " as soon as they succeed, or at once where you enable the agent",
                        enable(agent.name()))
                .until(agent.breaker().until());
    }

    private static Reason limited(OpenTask waiting) {
        return Reason.of(
                        ReasonCode.AGENT_LIMIT,
                        "node " + waiting.node() + " waits: " + waiting.reason(),
                        waiting.at(),
                        "nothing is to be done; to have more calls, raise bulkhead or rateLimit of agent "
                                + waiting.agent())
                .until(waiting.until());
    }

    private static Reason back(OpenTask waiting) {
        return Reason.of(
                ReasonCode.AGENT_BACK,
                "node " + waiting.node() + " waited for agent " + waiting.agent() + ", which can be called again",
                waiting.at(),
                "nothing is to be done: the run goes on within a second or two, or as its worker has a place for it");
    }
}
