package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.Arrays;

/** One evaluation under way: its variables, by slots, and what it may cost. Confined to its thread. */
final class Evaluation {
    private final JsonNode[] slots;
    private final Budget budget;

    Evaluation(int slots, Budget budget) {
        this.slots = new JsonNode[slots];
        Arrays.fill(this.slots, NullNode.instance);
        this.budget = budget;
        budget.beginEvaluation();
    }

    JsonNode get(int slot) {
        return slots[slot];
    }

    void set(int slot, JsonNode value) {
        slots[slot] = value;
    }

    Budget budget() {
        return budget;
    }
}
