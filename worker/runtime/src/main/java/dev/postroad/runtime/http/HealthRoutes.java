package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.HealthReport;
import dev.postroad.runtime.observe.PartHealth;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Answers how this worker is. Thread-safe. */
final class HealthRoutes {
    private final HealthChecks health;
    private final PrometheusMeterRegistry metrics;

    HealthRoutes(HealthChecks health, PrometheusMeterRegistry metrics) {
        this.health = health;
        this.metrics = metrics;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/health", this::health);
        routes.get("/health/live", HealthRoutes::live);
        routes.get("/health/ready", this::ready);
        routes.get("/metrics", this::metrics);
    }

    private static void live(Context context) {
        Answers.send(context, JsonNodeFactory.instance.objectNode().put("status", "live"));
    }

    private void health(Context context) {
        HealthReport report = health.report();
        answer(context, report, report.state().publicName());
    }

    private void ready(Context context) {
        HealthReport report = health.report();
        answer(context, report, report.isReady() ? "ready" : "not ready");
    }

    private static void answer(Context context, HealthReport report, String status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", status);
        ObjectNode parts = json.putObject("parts");
        report.parts().forEach((name, part) -> parts.set(name, tree(part)));
        Answers.send(context.status(report.isReady() ? 200 : 503), json);
    }

    private static ObjectNode tree(PartHealth part) {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("state", part.state().publicName());
        return switch (part) {
            case PartHealth.Ok _ -> json;
            case PartHealth.Degraded(String why) -> json.put("why", why);
            case PartHealth.Bad(String why) -> json.put("why", why);
        };
    }

    private void metrics(Context context) {
        context.contentType("text/plain; version=0.0.4; charset=utf-8").result(metrics.scrape());
    }
}
