package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.observe.HealthReport;
import dev.postroad.runtime.observe.PartHealth;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Answers how this worker is: anybody, so that health checks need no token; why, which names agents and servers, only who
 * is trusted. Thread-safe.
 */
final class HealthRoutes {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final HealthChecks health;
    private final MetricsText metrics;
    private final Predicate<Context> trusted;

    HealthRoutes(HealthChecks health, PrometheusMeterRegistry metrics, Predicate<Context> trusted) {
        this.health = health;
        this.metrics = new MetricsText(metrics);
        this.trusted = trusted;
    }

    void addTo(RoutesConfig routes) {
        routes.get("/health", this::health);
        routes.get("/health/live", this::live);
        routes.get("/health/ready", this::ready);
        routes.get("/metrics", this::metrics, Needs.READER, Needs.EVERYTHING);
    }

    private void live(Context context) {
        boolean live = health.report().isLive();
        Answers.send(
                context.status(live ? 200 : 503),
                JsonNodeFactory.instance.objectNode().put("status", live ? "live" : "broken"));
    }

    private void health(Context context) {
        HealthReport report = health.report();
        answer(context, report, report.state().publicName());
    }

    private void ready(Context context) {
        HealthReport report = health.report();
        answer(context, report, report.isReady() ? "ready" : "not ready");
    }

    private void answer(Context context, HealthReport report, String status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("status", status);
        ObjectNode parts = json.putObject("parts");
        boolean isTrusted = trusted.test(context);
        report.parts().forEach((name, part) -> parts.set(name, isTrusted ? withReason(part) : state(part)));
        Answers.send(context.status(report.isReady() ? 200 : 503), json);
    }

    private static ObjectNode state(PartHealth part) {
        return JsonNodeFactory.instance.objectNode().put("state", part.state().publicName());
    }

    private static ObjectNode withReason(PartHealth part) {
        ObjectNode json = state(part);
        return switch (part) {
            case PartHealth.Ok _ -> json;
            case PartHealth.Degraded(String why) -> json.put("why", why);
            case PartHealth.Bad(String why) -> json.put("why", why);
        };
    }

    /** OpenMetrics, which also has exemplars, goes to who asks for it; everybody else reads Prometheus's older text. */
    private void metrics(Context context) {
        String accept = Objects.requireNonNullElse(context.header("Accept"), "");
        String type = accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS_TEXT;
        context.contentType(type).result(metrics.of(type));
    }
}
