package dev.postroad.contracts.message;

import java.util.regex.Pattern;

/**
 * The names of Postroad's topics under one prefix.
 *
 * @param prefix what every name starts with, {@code postroad.} by default
 */
public record Topics(String prefix) {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{0,80}");

    /** The prefix where none is set. */
    public static final String DEFAULT_PREFIX = "postroad.";

    public Topics {
        if (!LEGAL.matcher(prefix).matches()) {
            throw new IllegalArgumentException(
                    "the prefix of the topics is \"" + prefix + "\"; use at most 80 of A-Z a-z 0-9 . _ -");
        }
    }

    /** Where users start runs. */
    public String triggers() {
        return prefix + "triggers";
    }

    /** Where users cancel, retry and otherwise steer runs. */
    public String control() {
        return prefix + "control";
    }

    /** Where every journal event appears after its commit. */
    public String events() {
        return prefix + "events";
    }

    /** Where output chunks and progress of running nodes appear. */
    public String output() {
        return prefix + "output";
    }

    /** Where one remote agent finds its work. */
    public String agentTasks(String agent) {
        return prefix + "agent-tasks." + agent;
    }

    /** Where remote agents answer. */
    public String agentResults() {
        return prefix + "agent-results";
    }

    /** Where graphs and agents are published; compacted. */
    public String registry() {
        return prefix + "registry";
    }

    /** What happens to agents. */
    public String agentEvents() {
        return prefix + "agent-events";
    }

    /** Where runs are kept that were pruned, where workers are told to archive them there. */
    public String archive() {
        return prefix + "archive";
    }

    /** Where records that could not be understood are kept. */
    public String deadLetters() {
        return prefix + "dead-letters";
    }
}
