package dev.postroad.runtime.http;

import dev.postroad.runtime.config.CallerLimits;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of all callers. The server itself closes one where nothing moves; a byte now and then is enough to keep
 * it open, and when all are taken it lets nobody in. Here each has to be done by a time, however it moves, and the newest
 * is always let in: where there are too many, the one of those without a place that waits longest makes room for it.
 *
 * <p>That there is always one follows from the bounds on all others: {@link StreamRoom} and {@link RequestRoom} have fewer
 * places than there may be connections. Owns the thread that looks; thread-safe.
 */
final class CallerConnections implements Connection.Listener, HttpConfiguration.Customizer {
    private static final Logger LOG = LoggerFactory.getLogger(CallerConnections.class);
    private static final Duration BEAT = Duration.ofMillis(100);

    private final CallerLimits limits;
    private final Map<Connection, CallerConnection> open = new ConcurrentHashMap<>();
    private final Beats beats = new Beats();
    private final Counter late;
    private final Counter displaced;
    private @Nullable ScheduledExecutorService looking;

    CallerConnections(CallerLimits limits, MeterRegistry metrics) {
        this.limits = limits;
        Gauge.builder("postroad.http.connections", open, Map::size)
                .description("Connections of callers that are open")
                .register(metrics);
        late = closed("late", metrics);
        displaced = closed("displaced", metrics);
    }

    private static Counter closed(String why, MeterRegistry metrics) {
        return Counter.builder("postroad.http.connections.closed")
                .description("Connections that were closed on callers: late ones, and those displaced by newer ones")
                .tag("why", why)
                .register(metrics);
    }

    /** Time is counted by the thread that looks, so that a worker that gets no processor does not blame its callers. */
    private final class Beats implements CallerConnection.Deadlines {
        private final AtomicLong now = new AtomicLong();
        private final AtomicLong turns = new AtomicLong();

        void next() {
            now.incrementAndGet();
        }

        @Override
        public long now() {
            return now.get();
        }

        @Override
        public long turn() {
            return turns.incrementAndGet();
        }

        @Override
        public long header() {
            return in(limits.header());
        }

        @Override
        public long pause() {
            return in(limits.pause());
        }

        @Override
        public long request() {
            return in(limits.timeout());
        }

        private long in(Duration most) {
            return now.get() + most.dividedBy(BEAT);
        }
    }

    /** Has it take care of the server's connections from its start to its stop. */
    void watch(Server server) {
        server.addEventListener(new LifeCycle.Listener() {
            @Override
            public void lifeCycleStarting(LifeCycle starting) {
                start(server);
            }

            @Override
            public void lifeCycleStopped(LifeCycle stopped) {
                stop();
            }

            @Override
            public void lifeCycleFailure(LifeCycle failed, Throwable cause) {
                stop();
            }
        });
    }

    private void start(Server server) {
        for (Connector connector : server.getConnectors()) {
            connector.addEventListener(this);
        }
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("postroad-http-callers").daemon().factory());
        // At a fixed rate, beats that were missed would all come at once, and callers had no time to be served between.
        var ignored =
                thread.scheduleWithFixedDelay(this::look, BEAT.toMillis(), BEAT.toMillis(), TimeUnit.MILLISECONDS);
        looking = thread;
    }

    private void stop() {
        if (looking != null) {
            looking.shutdownNow();
        }
    }

    /** Where it is encrypted there are two, of which the inner one is the caller's from the beginning. */
    @Override
    public void onOpened(Connection connection) {
        if (connection instanceof SslConnection) {
            return;
        }
        open.put(connection, new CallerConnection(connection, beats));
        while (open.size() > limits.connections()) {
            open.entrySet().stream()
                    .min(Comparator.comparingLong(each -> each.getValue().turn()))
                    .ifPresent(longest -> displace(longest.getKey(), longest.getValue()));
        }
    }

    /** It counts no more from here on, so that two that come at once do not both make their room of the same one. */
    private void displace(Connection connection, CallerConnection caller) {
        if (open.remove(connection, caller)) {
            displaced.increment();
            caller.close();
        }
    }

    @Override
    public void onClosed(Connection connection) {
        open.remove(connection);
    }

    /** Called for each request once its header is there. */
    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        CallerConnection caller = open.get(request.getConnectionMetaData().getConnection());
        if (caller == null) {
            throw new IllegalStateException("the connection is closed");
        }
        request.setAttribute(CallerConnection.ATTRIBUTE, caller);
        caller.asks();
        Request.addCompletionListener(request, failed -> caller.hasAnswer());
        return request;
    }

    /** What it throws would end all further looks, so one that breaks is made good by the next. */
    private void look() {
        try {
            beats.next();
            open.values().stream().filter(CallerConnection::isLate).forEach(this::giveUp);
        } catch (RuntimeException | VirtualMachineError defect) {
            LOG.error("looking for connections that are late broke; it goes on", defect);
        }
    }

    private void giveUp(CallerConnection caller) {
        late.increment();
        caller.close();
    }
}
