package dev.postroad.engine.graph;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** What JSON Schema says of answers of people; handed in, as the engine knows no JSON Schema. Must be pure; thread-safe. */
public interface AnswerSchemas {
    /** Takes any schema and any answer. */
    AnswerSchemas ANY = new AnswerSchemas() {
        @Override
        public @Nullable String flaw(ObjectNode schema) {
            return null;
        }

        @Override
        public @Nullable String refusal(ObjectNode schema, JsonNode answer) {
            return null;
        }
    };

    /** Why a schema cannot be used, for its author; null where it can. */
    @Nullable
    String flaw(ObjectNode schema);

    /** Why an answer does not fit a schema, for whom gave it; null where it does. */
    @Nullable
    String refusal(ObjectNode schema, JsonNode answer);
}
