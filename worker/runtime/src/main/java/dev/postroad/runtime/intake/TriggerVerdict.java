package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.graph.Graph;

/** What a record on the trigger topic turned out to be. */
sealed interface TriggerVerdict {
    /** A run to admit. */
    record Admissible(String runId, Graph graph, Trigger trigger) implements TriggerVerdict {}

    /** Understood, but not to be admitted. */
    record Rejected(String runId, String graph, String reason) implements TriggerVerdict {}

    /** Not understood. */
    record Unreadable(String reason) implements TriggerVerdict {}

    /** Names a graph that may have been published just now. */
    record NotYetKnown() implements TriggerVerdict {}
}
