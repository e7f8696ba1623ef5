package dev.postroad.runtime.guard;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import java.util.regex.Pattern;

/** What an answer says of the agent that gave it. */
final class Verdict {
    /** Statuses by which a healthy server refuses what it was sent. */
    private static final Pattern INPUT_IS_TO_BLAME = Pattern.compile(
            "(http|llm)\\.(400|409|413|422)|mcp\\.(tool-error|refused|bad-input)|llm\\.(bad-prompt|length|content-filter|tool-calls|max-tool-calls)");

    private Verdict() {}

    static boolean isFailure(AgentReply reply) {
        return switch (reply) {
            case AgentReply.Completed _, AgentReply.Interrupted _, AgentReply.CallingTools _, AgentReply.Sleeping _ ->
                false;
            case Faulted fault ->
                fault.retryable() || !INPUT_IS_TO_BLAME.matcher(fault.type()).matches();
        };
    }

    static String described(AgentReply reply) {
        return switch (reply) {
            case AgentReply.Completed _, AgentReply.Interrupted _, AgentReply.CallingTools _, AgentReply.Sleeping _ ->
                "the last call went well";
            case Faulted fault -> "the last was " + fault.type() + ": " + fault.message();
        };
    }
}
