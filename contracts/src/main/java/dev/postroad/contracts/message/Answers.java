package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What people answer to the questions of a run that waits. */
public sealed interface Answers {
    /** Nothing: the run just goes on, such as after a node that the graph's definition stops at. */
    record None() implements Answers {}

    /**
     * The answer to the one question that is open.
     *
     * @param value any JSON, null included
     */
    record Only(JsonNode value) implements Answers {}

    /**
     * The same answer to each question that is open.
     *
     * @param value any JSON, null included
     */
    record Each(JsonNode value) implements Answers {}

    /**
     * Answers by name; all of them count, or none.
     *
     * @param byName by the id of the interrupt or task, or by the name of the node; empty is no way to just go on, and is
     *     refused
     */
    record Named(Map<String, JsonNode> byName) implements Answers {
        /**
         * Makes a copy, in the same order.
         *
         * @throws IllegalArgumentException where a name is empty
         */
        public Named {
            byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
            if (byName.containsKey("")) {
                throw new IllegalArgumentException("an answer is for an empty name");
            }
        }
    }

    /**
     * Answers by name, where the empty name stands for the only question there is, and an empty map for no answer.
     *
     * @throws IllegalArgumentException where the empty name stands beside others
     */
    static Answers of(Map<String, JsonNode> byName) {
        if (byName.isEmpty()) {
            return new None();
        }
        JsonNode only = byName.get(Control.Resume.ONLY);
        return only != null && byName.size() == 1 ? new Only(only) : new Named(byName);
    }
}
