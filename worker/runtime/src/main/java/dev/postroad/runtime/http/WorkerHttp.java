package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.runtime.config.CallerLimits;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.observe.HealthChecks;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers over HTTP, as the OpenAPI document in contracts says. Thread-safe. */
public final class WorkerHttp implements AutoCloseable {
    private final Javalin server;
    private final EventStreams streams;
    private final LogStreams logs;
    private final ListingStreams listings;
    private final Door door;
    private final @Nullable Encryption encryption;

    private WorkerHttp(
            Javalin server,
            EventStreams streams,
            LogStreams logs,
            ListingStreams listings,
            Door door,
            @Nullable Encryption encryption) {
        this.server = server;
        this.streams = streams;
        this.listings = listings;
        this.logs = logs;
        this.door = door;
        this.encryption = encryption;
    }

    /** Starts to listen. */
    public static WorkerHttp start(
            ListenSettings settings,
            Sources sources,
            HealthChecks health,
            PrometheusMeterRegistry metrics,
            InstantSource clock) {
        CallerLimits limits = settings.limits();
        Door door = new Door(settings, clock);
        Encryption encryption = Encryption.of(settings, clock);
        if (encryption != null) {
            health.part("tls", encryption::health);
        }
        EventStreams streams =
                new EventStreams(sources.history(), sources.tail(), sources.output(), limits.eventStreams());
        LogStreams logs = new LogStreams(sources.runLog(), limits.logStreams());
        ListingStreams listings = new ListingStreams(sources.history(), limits.logStreams(), clock);
        CallerConnections callers = new CallerConnections(limits, metrics);
        RequestRoom room = new RequestRoom(limits.requests());
        Gauge.builder("postroad.http.streams", streams, EventStreams::open)
                .description("Streams of events that are open")
                .register(metrics);
        Javalin server = Javalin.create(config -> {
            configure(config, callers, encryption);
            Guard guard = door.guard();
            Bounds bounds = new Bounds(sources.history());
            config.routes.before(guard::check);
            config.routes.before(room::enter);
            config.routes.before(WorkerHttp::checkAddress);
            config.routes.before(WorkerHttp::negotiate);
            config.routes.beforeMatched(guard::authorize);
            bounds.addTo(config.routes);
            Answers.handleErrors(config.routes, sources.history()::pruned, new Denials(clock));
            config.routes.after(RestOfBody::take);
            new HealthRoutes(health, metrics, guard::trusts).addTo(config.routes);
            new RunRoutes(sources.history(), listings).addTo(config.routes);
            new DiagnosisRoutes(sources.history(), sources.diagnosis(), sources.failures(), health)
                    .addTo(config.routes);
            new TaskRoutes(sources.history(), sources.tasks()).addTo(config.routes);
            new EventRoutes(sources.history(), streams).addTo(config.routes);
            new LogRoutes(sources.history(), sources.runLog(), logs).addTo(config.routes);
            new WorkerRoutes(sources.workers(), sources.drains()).addTo(config.routes);
            new DeadLetterRoutes(sources.letters()).addTo(config.routes);
            new DefinitionRoutes(sources.definitions()).addTo(config.routes);
            new DrawingRoutes(sources.definitions()).addTo(config.routes);
            new AgentStatsRoutes(sources.agentMetrics()).addTo(config.routes);
            PostedMessages posted = new PostedMessages(sources.maxMessageBytes());
            new SessionRoutes(guard, posted).addTo(config.routes);
            new SurroundingsRoutes(sources.surroundings()).addTo(config.routes);
            new AgentRoutes(sources.definitions(), sources.agentEvents(), sources.agentSwitch(), posted)
                    .addTo(config.routes);
            new ScheduleRoutes(sources.schedules(), sources.scheduleControl(), posted).addTo(config.routes);
            new BulkRoutes(sources.bulks(), posted).addTo(config.routes);
            new RegistryRoutes(sources.definitions(), sources.client(), posted, sources.agentCheck())
                    .addTo(config.routes);
            new MessageRoutes(sources.client(), posted, bounds, sources.schedules()).addTo(config.routes);
            new McpRoutes(new McpCalls(sources, bounds, posted), posted).addTo(config.routes);
            ObjectNode document = OpenApi.document();
            config.routes.get("/openapi.json", context -> Answers.send(context, document));
            ConsoleRoutes.addTo(config.routes);
        });
        try {
            server.start(settings.host(), settings.port());
        } catch (RuntimeException failed) {
            streams.close();
            listings.close();
            throw failed;
        }
        door.start();
        if (encryption != null) {
            encryption.start();
        }
        return new WorkerHttp(server, streams, logs, listings, door, encryption);
    }

    private static void configure(JavalinConfig config, CallerConnections callers, @Nullable Encryption encryption) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.concurrency.useVirtualThreads = true;
        config.http.prefer405over404 = true;
        config.jetty.modifyServer(server -> {
            callers.watch(server);
            server.setErrorHandler(new ServerErrors());
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.addCustomizer(callers);
            http.setSendServerVersion(false);
            // Else a token in other letters is taken for the one that was sent on the same connection before.
            http.setHeaderCacheCaseSensitive(true);
        });
        if (encryption != null) {
            config.jetty.addConnector(encryption::connector);
        }
    }

    /** Postgres cannot even be asked for it. */
    private static void checkAddress(Context context) {
        String address = context.req().getRequestURI() + "?" + context.queryString();
        if (address.contains("%00")) {
            throw Refusal.of(
                    ErrorCode.BAD_REQUEST,
                    "the address has %00 in it, a character that nothing here has; leave it out");
        }
    }

    private static void negotiate(Context context) {
        Accepted accepted = new Accepted(context);
        boolean mayStream = context.path().equals("/api/runs")
                || (context.path().startsWith("/api/runs/")
                        && (context.path().endsWith("/events") || context.path().endsWith("/logs")));
        boolean isPicture =
                context.path().startsWith("/api/graphs/") && context.path().endsWith("/svg");
        if (isPicture) {
            accepted.requireSvg();
        } else if (context.path().startsWith("/api/") && !(mayStream && accepted.isStream())) {
            accepted.requireJson();
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.port();
    }

    /** Every method and path of the API that is answered, such as {@code GET /api/runs}. */
    List<String> routes() {
        return server.unsafe.internalRouter.allHttpHandlers().stream()
                .map(route -> route.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && !ConsoleRoutes.isPage(endpoint.path))
                .map(endpoint -> endpoint.method + " " + endpoint.path)
                .toList();
    }

    @Override
    public void close() {
        door.close();
        if (encryption != null) {
            encryption.close();
        }
        logs.close();
        listings.close();
        streams.close();
        server.stop();
    }
}
