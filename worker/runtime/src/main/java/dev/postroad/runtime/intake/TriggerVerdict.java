package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.RunRules;

/** What a record on the trigger topic turned out to be. */
sealed interface TriggerVerdict {
    /**
     * A run to admit.
     *
     * @param rules what the trigger says in place of the graph
     */
    record Admissible(String runId, Graph graph, Trigger trigger, RunRules rules) implements TriggerVerdict {}

    /** Understood, but not to be admitted. */
    record Rejected(String runId, String graph, String reason) implements TriggerVerdict {}

    /** Not understood. */
    record Unreadable(String reason) implements TriggerVerdict {}

    /** Names a graph that may have been published just now. */
    record NotYetKnown() implements TriggerVerdict {}
}
