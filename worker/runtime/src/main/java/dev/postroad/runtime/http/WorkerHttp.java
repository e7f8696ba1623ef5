package dev.postroad.runtime.http;

import dev.postroad.runtime.observe.Readiness;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Answers {@code /health/live}, {@code /health/ready} and {@code /metrics}. Thread-safe. */
public final class WorkerHttp implements AutoCloseable {
    private final Javalin server;

    private WorkerHttp(Javalin server) {
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param port 0 for any that is free
     */
    public static WorkerHttp start(String host, int port, Readiness readiness, PrometheusMeterRegistry metrics) {
        Javalin server = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.concurrency.useVirtualThreads = true;
            config.routes.get("/health/live", context -> context.json(java.util.Map.of("status", "live")));
            config.routes.get("/health/ready", context -> ready(context, readiness));
            config.routes.get(
                    "/metrics",
                    context -> context.contentType("text/plain; version=0.0.4; charset=utf-8")
                            .result(metrics.scrape()));
        });
        server.start(host, port);
        return new WorkerHttp(server);
    }

    private static void ready(Context context, Readiness readiness) {
        var parts = readiness.report();
        boolean ready = parts.values().stream().allMatch("ok"::equals);
        context.status(ready ? 200 : 503)
                .json(java.util.Map.of("status", ready ? "ready" : "not ready", "parts", parts));
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
