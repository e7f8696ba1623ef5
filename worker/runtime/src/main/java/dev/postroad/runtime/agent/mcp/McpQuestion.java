package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.Answers;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A form that a server asks a person to fill in while a tool works. It is answered with what was filled in, or with null, which
 * declines it.
 *
 * @param id of the server's request
 * @param params of the request; must not be changed
 */
record McpQuestion(Object id, JsonNode params) {
    static final String METHOD = "elicitation/create";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String ASKED = "asked";

    /** Whether it is to be filled in here; other questions lead elsewhere. */
    boolean isForm() {
        return params.path("mode").asText("form").equals("form");
    }

    /** The task of the server that it belongs to; null where it belongs to a call. */
    @Nullable
    String task() {
        return params.path("_meta")
                .path("io.modelcontextprotocol/related-task")
                .path("taskId")
                .textValue();
    }

    /**
     * The question as the run asks it.
     *
     * @param kept what is needed beside the answer to go on
     */
    AgentReply asked(McpSettings settings, ObjectNode kept) {
        ObjectNode question = NODES.objectNode()
                .put("question", params.path("message").asText())
                .put("tool", settings.tool())
                .put("server", settings.server());
        Asking asking = new Asking(schema(), null, null, null, null);
        return Answers.checked("mcp", new AgentReply.Interrupted(question, asking, Usage.NONE, kept));
    }

    private ObjectNode schema() {
        ObjectNode schema = NODES.objectNode();
        schema.putArray("type").add("object").add("null");
        params.path("requestedSchema")
                .properties()
                .forEach(field -> schema.putIfAbsent(field.getKey(), field.getValue()));
        // The forms of the protocol are alike in all drafts, and servers name older ones.
        schema.remove("$schema");
        return schema;
    }

    /** What is kept where the tool is called again, and may ask again. */
    ObjectNode remembered() {
        ObjectNode remembered = NODES.objectNode();
        remembered.set(ASKED, essence());
        return remembered;
    }

    private ObjectNode essence() {
        ObjectNode essence = NODES.objectNode();
        essence.set("message", params.path("message"));
        essence.set("requestedSchema", params.path("requestedSchema"));
        return essence;
    }

    /** Whether the answer of a person, with what was kept beside it, is one to this question. */
    boolean isAnsweredBy(JsonNode answer) {
        return essence().equals(kept(answer).path(ASKED));
    }

    /** What was kept beside the answer of a person. */
    static JsonNode kept(JsonNode answer) {
        return answer.path("kept");
    }

    /** The answer of a person, as a server is told it. */
    static Map<String, Object> told(JsonNode answer) {
        JsonNode said = answer.path("answer");
        return said.isObject() ? Map.of("action", "accept", "content", said) : Map.of("action", "decline");
    }
}
