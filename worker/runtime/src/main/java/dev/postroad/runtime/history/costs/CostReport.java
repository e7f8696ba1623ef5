package dev.postroad.runtime.history.costs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.history.rows.JsonFields;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was used since a time.
 *
 * @param graphs of the runs of each, those that cost the most first
 * @param days of the runs of each, in UTC, the newest first
 * @param agents of the calls of each, those that used the most tokens first
 */
public record CostReport(Instant since, List<OfRuns> graphs, List<OfRuns> days, List<OfAgent> agents) {
    public CostReport {
        graphs = List.copyOf(graphs);
        days = List.copyOf(days);
        agents = List.copyOf(agents);
    }

    /** What some runs used, and what their graph or day is called. */
    public record OfRuns(String name, long runs, long tokens, BigDecimal cost) {
        private ObjectNode toJson() {
            ObjectNode json =
                    JsonFields.object().put("name", name).put("runs", runs).put("tokens", tokens);
            json.set("cost", Json.amount(cost));
            return json;
        }
    }

    /**
     * What the calls of an agent used.
     *
     * @param model as it is defined now; null where it names none
     * @param cost by the price of the model as it is now; null where it has none
     */
    public record OfAgent(
            String agent,
            @Nullable String model,
            long calls,
            long inputTokens,
            long outputTokens,
            @Nullable BigDecimal cost) {
        private ObjectNode toJson() {
            ObjectNode json = JsonFields.object().put("agent", agent);
            if (model != null) {
                json.put("model", model);
            }
            json.put("calls", calls).put("inputTokens", inputTokens).put("outputTokens", outputTokens);
            if (cost != null) {
                json.set("cost", Json.amount(cost));
            }
            return json;
        }
    }

    /** As JSON. */
    public ObjectNode toJson() {
        ObjectNode json = JsonFields.object().put("since", since.toString());
        json.set("graphs", JsonFields.list(graphs, OfRuns::toJson));
        json.set("days", JsonFields.list(days, OfRuns::toJson));
        json.set("agents", JsonFields.list(agents, OfAgent::toJson));
        return json;
    }
}
