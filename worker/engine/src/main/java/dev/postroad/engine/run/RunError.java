package dev.postroad.engine.run;

import dev.postroad.contracts.definition.ErrorTypes;
import org.jspecify.annotations.Nullable;

/**
 * Why an attempt, a node or a run failed.
 *
 * @param type the kind of error, as policies match it, such as {@code http.503}
 * @param node the node; null where it is known from the event, or none is to blame
 */
public record RunError(
        String type, String message, @Nullable String node) {
    /** An attempt took longer than it may. */
    public static final String TIMEOUT = ErrorTypes.TIMEOUT;

    /** A call would have begun beyond the budget of its run. */
    public static final String BUDGET = "budget-exceeded";

    static final String AGENT_UNAVAILABLE = "agent-unavailable";
    static final String EXPRESSION = "expression";
    static final String BAD_OUTPUT = "bad-output";
    static final String CONFLICT = "channel-conflict";
    static final String SUPERSTEPS = "superstep-limit";
    static final String RUN_TIMEOUT = "run-timeout";
    static final String SUPERSTEP_TIMEOUT = "superstep-timeout";
    static final String TOKENS = "token-limit";
    static final String STATE_SIZE = "state-limit";
    static final String TASKS = "task-limit";
    static final String TOOLS = "tool-depth";

    RunError of(String where) {
        return new RunError(type, message, where);
    }
}
