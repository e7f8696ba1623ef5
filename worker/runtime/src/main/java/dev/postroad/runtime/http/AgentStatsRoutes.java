package dev.postroad.runtime.http;

import dev.postroad.runtime.history.agents.AgentMetrics;
import dev.postroad.runtime.history.agents.AgentStatsJson;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;

/** Answers how agents fare. Thread-safe. */
final class AgentStatsRoutes {
    private final AgentMetrics metrics;

    AgentStatsRoutes(AgentMetrics metrics) {
        this.metrics = metrics;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/api/agents/{name}/stats", this::stats, Needs.READER, Needs.EVERYTHING);
    }

    private void stats(Context context) {
        Query query = new Query(context);
        Instant since = query.time("since");
        query.end();
        String name = context.pathParam("name");
        Answers.send(
                context,
                AgentStatsJson.tree(metrics.find(name, since)
                        .orElseThrow(() -> Refusal.of(ErrorCode.NOT_FOUND, "there is no agent " + name))));
    }
}
