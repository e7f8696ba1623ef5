package dev.postroad.runtime.history.reasons;

/** What helps against errors, by their types. */
final class Remedies {
    private Remedies() {}

    /** What is to be done before a run is retried that failed for good. */
    static String against(String type) {
        return switch (type) {
            case "expression" -> "correct the expression in the graph";
            case "bad-output" ->
                "correct the node's output or the channels in the graph, where it is not its agent that is wrong";
            case "channel-conflict" -> "give the channel a reducer that takes several writes";
            case "state-limit" -> "write less to the state, or raise limits.stateBytes of the graph";
            case "task-limit" -> "lead to fewer tasks at once, or raise limits.tasks of the graph";
            case "tool-depth" -> "have tools call fewer tools in their turn";
            case "superstep-limit" -> "see whether a loop does not end; a retry gives the run as many supersteps again";
            case "token-limit" -> "raise limits.tokens, or retry: that gives the run as many tokens again";
            case "budget-exceeded" -> "raise budget of the graph and apply it, then retry";
            case "run-timeout", "superstep-timeout" -> "raise the limit of time, or retry: its time begins anew";
            case "agent-unavailable" -> "enable or publish the agent, then retry";
            default -> ofAgent(type) + ", then retry: only what failed runs again";
        };
    }

    /** What is to be done before an agent is called again. */
    static String ofAgent(String type) {
        String kind = type.substring(type.indexOf('.') + 1);
        return switch (kind) {
            case "401", "403" -> "give its agent the credentials that its server asks for, and apply it";
            case "404", "405", "410" ->
                "correct the address in the definition of its agent, and apply it, or have its server serve it";
            case "429" -> "have the server of its agent allow more calls, or give the agent a rateLimit";
            case "timeout" -> "see why its agent is slow, or raise timeout of the agent or the node";
            case "connection" -> "start the server of its agent, or correct its address and apply the agent";
            case "bad-answer", "bad-json", "cut-off", "answer-too-large" -> "correct what its agent answers";
            default -> isOfServer(kind) ? "mend the server of its agent" : "mend what failed";
        };
    }

    private static boolean isOfServer(String status) {
        return status.length() == 3 && status.startsWith("5");
    }
}
