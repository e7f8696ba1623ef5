package dev.postroad.runtime.trace;

import dev.postroad.contracts.agent.Usage;
import java.util.List;
import java.util.Map;

/**
 * The names of attributes: those for generative AI as OpenTelemetry's semantic conventions for it have them in
 * {@value #VERSION}, which are in development, and ours beside them.
 */
public final class Conventions {
    /** The release of open-telemetry/semantic-conventions-genai. */
    static final String VERSION = "0.1.0";

    /** What is done: one of the names below. */
    public static final String OPERATION = "gen_ai.operation.name";

    /** Who is called for it. */
    public static final String PROVIDER = "gen_ai.provider.name";

    /** The model that is asked. */
    public static final String REQUEST_MODEL = "gen_ai.request.model";

    /** What a model is told; only where content is kept. */
    public static final String INPUT_MESSAGES = "gen_ai.input.messages";

    /** What a model said; only where content is kept. */
    public static final String OUTPUT_MESSAGES = "gen_ai.output.messages";

    /** The tool that is called. */
    public static final String TOOL = "gen_ai.tool.name";

    /** What a tool is given; only where content is kept. */
    public static final String TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";

    /** What a tool answered; only where content is kept. */
    public static final String TOOL_RESULT = "gen_ai.tool.call.result";

    /** The host that is called. */
    public static final String SERVER = "server.address";

    /** Its port. */
    public static final String PORT = "server.port";

    /** A model is asked. */
    public static final String CHAT = "chat";

    /** A tool is called. */
    public static final String EXECUTE_TOOL = "execute_tool";

    static final String INVOKE_AGENT = "invoke_agent";
    static final String INVOKE_WORKFLOW = "invoke_workflow";
    static final String AGENT = "gen_ai.agent.name";
    static final String CONVERSATION = "gen_ai.conversation.id";
    static final String RUN = "postroad.run.id";
    static final String GRAPH = "postroad.graph";
    static final String GRAPH_VERSION = "postroad.graph.version";
    static final String NODE = "postroad.node";
    static final String TASK = "postroad.task";
    static final String SUPERSTEP = "postroad.superstep";
    static final String ATTEMPT = "postroad.attempt";
    static final String KIND = "postroad.agent.kind";
    static final String OUTCOME = "postroad.outcome";
    static final String QUEUED_MILLIS = "postroad.queued_ms";
    static final String EVENT = "postroad.event";
    static final String SEQ = "postroad.seq";
    static final String INPUT = "postroad.input";
    static final String OUTPUT = "postroad.output";

    private Conventions() {}

    /** What was consumed, as far as anybody said. */
    public static void putUsage(Map<String, Object> attributes, Usage usage) {
        if (usage.inputTokens() > 0) {
            attributes.put("gen_ai.usage.input_tokens", usage.inputTokens());
        }
        if (usage.outputTokens() > 0) {
            attributes.put("gen_ai.usage.output_tokens", usage.outputTokens());
        }
        if (usage.model() != null) {
            attributes.put("gen_ai.response.model", usage.model());
        }
        if (usage.finishReason() != null) {
            attributes.put("gen_ai.response.finish_reasons", List.of(usage.finishReason()));
        }
    }
}
