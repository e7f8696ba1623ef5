package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** By what a server knows the task that it made of a call, as it is kept in the journal. Immutable. */
sealed interface McpHandle {
    /** The server's own id of it. */
    String task();

    /** As {@link #read} takes it. */
    String text();

    /**
     * Of a server that keeps sessions.
     *
     * @param session the one that the task was made in, as many servers find it in no other; null where there was none
     */
    record InSession(String task, @Nullable String session) implements McpHandle {
        @Override
        public String text() {
            ObjectNode tree = tree(task);
            return (session == null ? tree : tree.put("session", session)).toString();
        }
    }

    /**
     * Of a server that keeps none.
     *
     * @param answered the names of the questions that were answered, which the server may show still
     */
    record Stateless(String task, Set<String> answered) implements McpHandle {
        public Stateless {
            answered = Set.copyOf(answered);
        }

        @Override
        public String text() {
            ObjectNode tree = tree(task);
            answered.stream().sorted().forEach(tree.putArray(ANSWERED)::add);
            return tree.toString();
        }
    }

    /** Tells one from the other. */
    String ANSWERED = "answered";

    private static ObjectNode tree(String task) {
        return JsonNodeFactory.instance.objectNode().put("task", task);
    }

    static McpHandle read(String text) {
        try {
            JsonNode tree = Json.read(text);
            String task = tree.path("task").asText();
            if (!tree.has(ANSWERED)) {
                return new InSession(task, tree.path("session").textValue());
            }
            Set<String> answered = new LinkedHashSet<>();
            tree.path(ANSWERED).forEach(name -> answered.add(name.asText()));
            return new Stateless(task, answered);
        } catch (FaultsException foreign) {
            throw new IllegalArgumentException("no handle of a task: " + text, foreign);
        }
    }
}
