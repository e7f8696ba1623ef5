package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Fields;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of a task whose agent is disabled or removed, or has an open circuit breaker. */
public sealed interface OnUnavailable {
    /** With what a task says that waits for an agent which is published, and which its worker cannot call. */
    String UNUSABLE = "its worker cannot use it";

    /** The task waits until the agent can be called again. */
    record Wait() implements OnUnavailable {}

    /** The task fails, without another attempt. */
    record Fail() implements OnUnavailable {}

    /** Another agent is called in its place. */
    record Fallback(String agent) implements OnUnavailable {}

    /** The field {@code onUnavailable}: {@code wait}, {@code fail} or {@code {agent: NAME}}; null where it is absent. */
    static @Nullable OnUnavailable read(Fields fields) {
        JsonNode said = fields.tree("onUnavailable");
        if (said == null) {
            return null;
        }
        if (said.isTextual() && "wait".equals(said.textValue())) {
            return new Wait();
        }
        if (said.isTextual() && "fail".equals(said.textValue())) {
            return new Fail();
        }
        if (!said.isObject()) {
            fields.fault("onUnavailable", "is neither wait, fail nor {agent: NAME}", "say one of the three");
            return null;
        }
        Fields there = fields.nested("onUnavailable");
        if (there == null) {
            return null;
        }
        there.onlyKnown(Set.of("agent"));
        String agent = there.text("agent", Names.NAME, Names.NAME_RULE);
        if (!there.has("agent")) {
            there.fault("agent", "is missing", "name the agent that is called instead");
        }
        return agent == null ? null : new Fallback(agent);
    }
}
