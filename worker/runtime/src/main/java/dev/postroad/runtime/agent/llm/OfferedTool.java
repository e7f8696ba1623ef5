package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.postroad.contracts.agent.ToolCall;

/**
 * A tool as a model is told of it.
 *
 * @param target what does its work
 * @param parameters the JSON Schema of its arguments
 */
record OfferedTool(String name, ToolCall.Target target, String description, ObjectNode parameters) {
    /** Without the parameters, which LangChain4j takes in a form of its own only: {@link ModelTransport} puts them in. */
    ToolSpecification specification() {
        return ToolSpecification.builder()
                .name(name)
                .description(description.isBlank() ? null : description)
                .parameters(JsonObjectSchema.builder().build())
                .build();
    }
}
