package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.config.CallerLimits;
import dev.postroad.runtime.testing.Site;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteArrayEndPoint;
import org.eclipse.jetty.server.Server;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Who is late is told by a thread that may be late itself. */
@NullMarked
final class CallerConnectionsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    /** A connection that says when it is closed, and may take its time for it. */
    private static final class Closing extends ByteArrayEndPoint {
        private final CompletableFuture<Long> closedAt = new CompletableFuture<>();
        private final CountDownLatch mayEnd;

        Closing(CountDownLatch mayEnd) {
            this.mayEnd = mayEnd;
        }

        @Override
        public void doClose() {
            closedAt.complete(System.nanoTime());
            try {
                mayEnd.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            super.doClose();
        }
    }

    @Test
    void blamesNobodyForTheTimeInWhichItDidNotLook() throws Exception {
        var server = new Server();
        var connections = new CallerConnections(new CallerLimits(100, TIMEOUT), new SimpleMeterRegistry());
        connections.watch(server);
        server.start();
        CountDownLatch mayGoOn = new CountDownLatch(1);
        try {
            var late = new Closing(mayGoOn);
            connections.onOpened(connection(late));
            long stoodStillAt = late.closedAt.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS);
            var waits = new Closing(new CountDownLatch(0));
            connections.onOpened(connection(waits));
            Site.await(
                    "it has not looked for longer than a caller may take",
                    () -> System.nanoTime() - stoodStillAt
                            > TIMEOUT.multipliedBy(2).toNanos());
            long wentOnAt = System.nanoTime();
            mayGoOn.countDown();
            long closedAt = waits.closedAt.get(Site.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(Duration.ofNanos(closedAt - wentOnAt)).isGreaterThan(TIMEOUT.dividedBy(2));
        } finally {
            mayGoOn.countDown();
            server.stop();
        }
    }

    private static AbstractConnection connection(Closing end) {
        return new AbstractConnection(end, Runnable::run) {
            @Override
            public void onFillable() {}
        };
    }
}
