package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.observe.Readiness;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;

/** Answers how this worker is. Thread-safe. */
final class HealthRoutes {
    private final Readiness readiness;
    private final PrometheusMeterRegistry metrics;

    HealthRoutes(Readiness readiness, PrometheusMeterRegistry metrics) {
        this.readiness = readiness;
        this.metrics = metrics;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/health", this::ready);
        routes.get("/health/live", HealthRoutes::live);
        routes.get("/health/ready", this::ready);
        routes.get("/metrics", this::metrics);
    }

    private static void live(Context context) {
        Answers.send(context, JsonNodeFactory.instance.objectNode().put("status", "live"));
    }

    private void ready(Context context) {
        Map<String, String> parts = readiness.report();
        boolean ready = parts.values().stream().allMatch("ok"::equals);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", ready ? "ready" : "not ready");
        ObjectNode reported = json.putObject("parts");
        parts.forEach(reported::put);
        Answers.send(context.status(ready ? 200 : 503), json);
    }

    private void metrics(Context context) {
        context.contentType("text/plain; version=0.0.4; charset=utf-8").result(metrics.scrape());
    }
}
