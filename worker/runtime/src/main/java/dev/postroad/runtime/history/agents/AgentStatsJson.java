package dev.postroad.runtime.history.agents;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import dev.postroad.runtime.history.rows.JsonFields;
import org.jspecify.annotations.Nullable;

/** Writes how agents fare as the JSON that commands print and HTTP answers. */
public final class AgentStatsJson {
    private AgentStatsJson() {}

    /** How an agent fared. */
    public static ObjectNode tree(AgentStats stats) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("agent", stats.agent())
                .put("since", stats.since().toString())
                .put("until", stats.until().toString());
        put(json, stats.health());
        put(json, stats.total());
        json.set("graphs", JsonFields.list(stats.graphs(), AgentStatsJson::tree));
        json.set("minutes", JsonFields.list(stats.minutes(), AgentStatsJson::tree));
        return json;
    }

    private static ObjectNode tree(AgentStats.OfGraph ofGraph) {
        return put(JsonNodeFactory.instance.objectNode().put("graph", ofGraph.graph()), ofGraph.figures());
    }

    private static ObjectNode tree(AgentStats.OfMinute ofMinute) {
        return put(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("minute", ofMinute.minute().toString()),
                ofMinute.figures());
    }

    private static void put(ObjectNode json, @Nullable AgentHealth health) {
        if (health == null) {
            return;
        }
        json.put("enabled", health.enabled()).put("breaker", health.breaker());
        if (health.lastError() != null) {
            json.set("lastError", health.lastError());
        }
        if (health.lastErrorAt() != null) {
            json.put("lastErrorAt", health.lastErrorAt().toString());
        }
    }

    private static ObjectNode put(ObjectNode json, AgentFigures figures) {
        json.put("calls", figures.calls()).put("failures", figures.failures());
        figures.successRate().ifPresent(rate -> json.put("successRate", rate));
        Latency latency = figures.latency();
        if (latency != null) {
            json.put("averageMs", latency.averageMillis())
                    .put("p50Ms", latency.p50Millis())
                    .put("p95Ms", latency.p95Millis())
                    .put("p99Ms", latency.p99Millis())
                    .put("maxMs", latency.maxMillis());
        }
        return json.put("inputTokens", figures.inputTokens()).put("outputTokens", figures.outputTokens());
    }
}
