package dev.postroad.runtime.history.reasons;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.reasons.Reason.Step;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Says why an agent cannot be called. Thread-safe. */
final class AgentReasons {
    private final PublishedDefinitions definitions;

    AgentReasons(PublishedDefinitions definitions) {
        this.definitions = definitions;
    }

    Reason of(OpenTask waiting) {
        String name = waiting.agent();
        Optional<PublishedAgent> found = definitions.publishedAgent(name);
        if (found.isEmpty()) {
            return Reason.of(
                            "agent-gone",
                            "node " + waiting.node() + " needs agent " + name + ", which was removed",
                            waiting.at(),
                            "publish agent " + name + " again by `postroad apply FILE`")
                    .until(waiting.until());
        }
        PublishedAgent agent = found.get();
        PublishedAgent.Disabled disabled = agent.disabled();
        if (disabled != null) {
            return disabled(waiting, disabled);
        }
        if (waiting.isBeyondLimit()) {
            return limited(waiting);
        }
        return agent.breaker().state().equals("closed") ? back(waiting) : broken(waiting, agent);
    }

    private static Reason disabled(OpenTask waiting, PublishedAgent.Disabled disabled) {
        String name = waiting.agent();
        String by = disabled.by() == null ? "" : " by " + disabled.by();
        String why = disabled.reason() == null ? "" : ": " + disabled.reason();
        Instant at = disabled.at() == null ? waiting.at() : disabled.at();
        return new Reason(
                "agent-disabled",
                "node " + waiting.node() + " needs agent " + name + ", which was disabled" + by + why,
                at,
                disabled.probeAt(),
                "enable it when what is wrong with it is mended",
                List.of(new Step(
                        "postroad agents enable " + name,
                        "/api/agents/" + name + "/enable",
                        JsonNodeFactory.instance.objectNode(),
                        null)));
    }

    private static Reason broken(OpenTask waiting, PublishedAgent agent) {
        PublishedAgent.LastError last = agent.lastError();
        String error = last == null
                ? ""
                : ", the last with " + last.error().path("type").asText() + ": "
                        + last.error().path("message").asText();
        return Reason.of(
                        "breaker-open",
                        "node " + waiting.node() + " needs agent " + agent.name() + ", whose calls failed too often"
                                + error,
                        waiting.at(),
                        "mend the agent; a few calls try it by themselves when the time has come, and the run goes on"
                                + " as soon as they succeed")
                .until(agent.breaker().until());
    }

    private static Reason limited(OpenTask waiting) {
        return Reason.of(
                        "agent-limit",
                        "node " + waiting.node() + " waits: " + waiting.reason(),
                        waiting.at(),
                        "nothing is to be done; to have more calls, raise bulkhead or rateLimit of agent "
                                + waiting.agent())
                .until(waiting.until());
    }

    private static Reason back(OpenTask waiting) {
        return Reason.of(
                "agent-back",
                "node " + waiting.node() + " waited for agent " + waiting.agent() + ", which can be called again",
                waiting.at(),
                "nothing is to be done: the run goes on within a second or two");
    }
}
