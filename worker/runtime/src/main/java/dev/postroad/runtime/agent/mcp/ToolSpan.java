package dev.postroad.runtime.agent.mcp;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.Excerpt;
import dev.postroad.runtime.agent.attempt.Standing;
import dev.postroad.runtime.trace.CallTrace;
import dev.postroad.runtime.trace.Conventions;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a traced attempt tells of the call of a tool. */
final class ToolSpan {
    private static final String STOPPED = "cancelled";

    private final CallTrace trace;
    private final McpSettings settings;
    private final Excerpt secrets;
    private final Instant begunAt;

    private ToolSpan(CallTrace trace, McpSettings settings, Excerpt secrets) {
        this.trace = trace;
        this.settings = settings;
        this.secrets = secrets;
        this.begunAt = trace.now();
    }

    /**
     * Begins now; null where the attempt is not traced.
     *
     * @param secrets hidden in what is kept of the content
     */
    static @Nullable ToolSpan begin(McpSettings settings, Excerpt secrets) {
        CallTrace trace = CallTrace.current();
        return trace == null ? null : new ToolSpan(trace, settings, secrets);
    }

    /** @param standing null where it was stopped */
    void end(AgentCall call, @Nullable Standing standing) {
        AgentReply reply = standing instanceof Standing.Over(AgentReply given) ? given : null;
        String errorType = standing == null ? STOPPED : reply instanceof AgentReply.Faulted fault ? fault.type() : null;
        trace.add(new CallTrace.Call(
                Conventions.EXECUTE_TOOL + " " + settings.tool(),
                begunAt,
                trace.now(),
                attributes(call, reply),
                errorType));
    }

    private Map<String, Object> attributes(AgentCall call, @Nullable AgentReply reply) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put(Conventions.OPERATION, Conventions.EXECUTE_TOOL);
        attributes.put(Conventions.TOOL, settings.tool());
        attributes.put("mcp.method.name", "tools/call");
        URI url = settings.url();
        if (url != null && url.getHost() != null) {
            attributes.put(Conventions.SERVER, url.getHost());
        }
        if (trace.keepsContent()) {
            attributes.put(Conventions.TOOL_ARGUMENTS, kept(call.input().toString()));
            if (reply instanceof AgentReply.Completed done) {
                attributes.put(Conventions.TOOL_RESULT, kept(done.output().toString()));
            }
        }
        return attributes;
    }

    private String kept(String text) {
        return CallTrace.content(secrets.hidden(text));
    }
}
