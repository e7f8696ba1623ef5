package dev.postroad.runtime.agent.llm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.trace.CallTrace;
import dev.postroad.runtime.trace.Conventions;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a traced attempt tells of one exchange with a model. */
final class ModelSpan {
    private static final String STOPPED = "cancelled";
    private static final int HTTPS = 443;
    private static final int HTTP = 80;

    private final CallTrace trace;
    private final LlmEndpoint endpoint;
    private final Excerpt secrets;
    private final Instant begunAt;

    private ModelSpan(CallTrace trace, LlmEndpoint endpoint, Excerpt secrets) {
        this.trace = trace;
        this.endpoint = endpoint;
        this.secrets = secrets;
        this.begunAt = trace.now();
    }

    /**
     * Begins now; null where the attempt is not traced.
     *
     * @param secrets hidden in what is kept of the content
     */
    static @Nullable ModelSpan begin(LlmEndpoint endpoint, Excerpt secrets) {
        CallTrace trace = CallTrace.current();
        return trace == null ? null : new ModelSpan(trace, endpoint, secrets);
    }

    /** @param exchange null where it was stopped */
    void end(List<ChatMessage> messages, @Nullable Exchange exchange) {
        trace.add(new CallTrace.Call(
                Conventions.CHAT + " " + endpoint.model(),
                begunAt,
                trace.now(),
                attributes(messages, exchange),
                exchange == null ? STOPPED : exchange.fault() instanceof Faulted fault ? fault.type() : null));
    }

    private Map<String, Object> attributes(List<ChatMessage> messages, @Nullable Exchange exchange) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(Conventions.OPERATION, Conventions.CHAT);
        attributes.put(Conventions.PROVIDER, endpoint.provider().name().toLowerCase(Locale.ROOT));
        attributes.put(Conventions.REQUEST_MODEL, endpoint.model());
        URI server = endpoint.baseUrl();
        attributes.put(Conventions.SERVER, Objects.requireNonNullElse(server.getHost(), ""));
        attributes.put(Conventions.PORT, (long) port(server));
        if (exchange != null) {
            Conventions.putUsage(attributes, exchange.answer().usage());
        }
        if (trace.keepsContent()) {
            ArrayNode told = JsonNodeFactory.instance.arrayNode();
            messages.forEach(message -> told.add(message(role(message), text(message))));
            attributes.put(Conventions.INPUT_MESSAGES, told.toString());
            if (exchange != null) {
                ArrayNode said = JsonNodeFactory.instance.arrayNode();
                said.add(answer(exchange.answer()));
                attributes.put(Conventions.OUTPUT_MESSAGES, said.toString());
            }
        }
        return attributes;
    }

    private static int port(URI server) {
        return server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? HTTPS : HTTP;
    }

    private ObjectNode answer(ModelAnswer answer) {
        ObjectNode said = message("assistant", answer.text());
        ArrayNode parts = (ArrayNode) said.path("parts");
        answer.toolCalls()
                .forEach(asked -> parts.addObject()
                        .put("type", "tool_call")
                        .put("id", asked.id())
                        .put("name", asked.name())
                        .put("arguments", CallTrace.content(secrets.hidden(asked.arguments()))));
        return said.put("finish_reason", Objects.requireNonNullElse(answer.finishReason(), ""));
    }

    private ObjectNode message(String role, String text) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role);
        message.putArray("parts")
                .addObject()
                .put("type", "text")
                .put("content", CallTrace.content(secrets.hidden(text)));
        return message;
    }

    private static String role(ChatMessage message) {
        return message.type()
                .name()
                .toLowerCase(Locale.ROOT)
                .replace("tool_execution_result", "tool")
                .replace("ai", "assistant");
    }

    private static String text(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> system.text();
            case UserMessage user -> user.hasSingleText() ? user.singleText() : "";
            case AiMessage ai -> Objects.requireNonNullElse(ai.text(), "");
            case ToolExecutionResultMessage result -> result.hasSingleText() ? result.text() : "";
            default -> "";
        };
    }
}
