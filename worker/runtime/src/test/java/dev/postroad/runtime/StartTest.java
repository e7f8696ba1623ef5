package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.postroad.runtime.provisioning.ProvisioningException;
import dev.postroad.runtime.testing.LogLines;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A worker starts, or says in one sentence why not and what to do, within its limit; it is never half there. */
@NullMarked
class StartTest {
    private static final Site SITE = Site.open(2);

    @AfterEach
    void nothingIsLeftOfAWorkerThatDidNotStart() {
        SITE.stopWorkers();
        Site.await("no thread of a worker is left", () -> threads().isEmpty());
    }

    @AfterAll
    static void close() {
        SITE.close();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("postroad-") && !name.startsWith("postroad-embedded"))
                .toList();
    }

    private static Map<String, String> shortly(String... more) {
        Map<String, String> settings = new HashMap<>(Map.of("POSTROAD_START_LIMIT", "PT2S"));
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        return settings;
    }

    private static String postgresAt(int port) {
        return SITE.postgresUrl().replaceFirst("//[^/]*/", "//127.0.0.1:" + port + "/");
    }

    private static int postgresPort() {
        return Integer.parseInt(SITE.postgresUrl().replaceFirst(".*:(\\d+)/.*", "$1"));
    }

    private static void assertRefused(Map<String, String> settings, String... why) {
        assertThatExceptionOfType(ProvisioningException.class)
                .isThrownBy(() -> Worker.start(SITE.settings(settings)))
                .satisfies(refused ->
                        assertThat(refused.getMessage()).contains(why).hasLineCount(1));
    }

    private static int unused() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void saysThatPostgresTakesConnectionsAndDoesNotAnswer() {
        try (Relay silent = Relay.silent()) {
            assertRefused(
                    shortly("POSTROAD_POSTGRES_URL", postgresAt(silent.port())),
                    "cannot be used within PT2S: ",
                    "see that it runs and that POSTROAD_POSTGRES_URL is right");
        }
    }

    @Test
    void saysThatNobodyListensWherePostgresShouldBe() throws IOException {
        assertRefused(
                shortly("POSTROAD_POSTGRES_URL", postgresAt(unused())), "cannot be used within PT2S: ", "refused");
    }

    @Test
    void saysThatKafkaTakesConnectionsAndDoesNotAnswer() {
        try (Relay silent = Relay.silent()) {
            assertRefused(
                    shortly("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + silent.port()),
                    "cannot be reached within PT2S; ",
                    "POSTROAD_KAFKA_BOOTSTRAP_SERVERS");
        }
    }

    @Test
    void saysThatNobodyListensWhereKafkaShouldBe() throws IOException {
        assertRefused(
                shortly("POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + unused()),
                "cannot be reached within PT2S; ",
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS");
    }

    @Test
    void waitsForPostgresThatIsStillOnItsWayAndSaysSoOnce() {
        try (LogLines log = LogLines.listen();
                Relay relay = Relay.to(postgresPort(), 0)) {
            Starting starting = Starting.of(Map.of(
                    "POSTROAD_POSTGRES_URL",
                    postgresAt(relay.port()) + "?loginTimeout=1",
                    "POSTROAD_START_LIMIT",
                    "PT1M"));
            Site.await("it waits", () -> log.all().stream().anyMatch(line -> line.contains("and is waited for until")));
            relay.open();
            starting.awaitReady();
            assertThat(log.all().stream().filter(line -> line.contains("and is waited for until")))
                    .hasSizeLessThanOrEqualTo(3);
            starting.close();
        }
    }

    @Test
    void startsAllTheSameWherePostgresGoesAwayBetweenTwoSteps() {
        try (LogLines log = LogLines.listen();
                Relay relay = Relay.to(postgresPort(), 1)) {
            Starting starting = Starting.of(Map.of(
                    "POSTROAD_POSTGRES_URL",
                    postgresAt(relay.port()) + "?loginTimeout=1",
                    "POSTROAD_START_LIMIT",
                    "PT1M"));
            Site.await("it waits", () -> log.all().stream().anyMatch(line -> line.contains("and is waited for until")));
            relay.open();
            starting.awaitReady();
            starting.close();
        }
    }

    @Test
    void doesNotWaitWhereTheUserIsNotLetIn() {
        assertRefused(
                Map.of("POSTROAD_POSTGRES_USER", "nobody-of-this-name", "POSTROAD_START_LIMIT", "PT1M"),
                "does not let user nobody-of-this-name in: ",
                "correct POSTROAD_POSTGRES_USER and POSTROAD_POSTGRES_PASSWORD");
    }

    @Test
    void doesNotWaitForADatabaseThatIsNotThere() {
        assertRefused(
                Map.of(
                        "POSTROAD_POSTGRES_URL",
                        SITE.postgresUrl().replaceFirst("/[^/]*$", "/nothing_of_this_name"),
                        "POSTROAD_START_LIMIT",
                        "PT1M"),
                "has no such database: ",
                "make it, or correct POSTROAD_POSTGRES_URL");
    }

    @Test
    void asksForAMigrationWhereTheSchemaIsMissing() {
        assertRefused(
                Map.of(
                        "POSTROAD_POSTGRES_URL",
                        SITE.postgresUrl().replaceFirst("/[^/]*$", "/template1"),
                        "POSTROAD_START_LIMIT",
                        "PT1M"),
                "has no schema for this release: ",
                "run `postroad migrate`");
    }

    @Test
    void saysThatThePortOfHttpIsTakenBeforeItTakesUpAnyRun() throws IOException {
        long claims = SITE.number("SELECT coalesce(sum(epoch), 0) FROM postroad.shards");
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(
                    Map.of("POSTROAD_HTTP_PORT", Integer.toString(other.getLocalPort())),
                    "HTTP cannot be listened for on 127.0.0.1:" + other.getLocalPort(),
                    "set POSTROAD_HTTP_PORT");
        }
        assertThat(SITE.number("SELECT coalesce(sum(epoch), 0) FROM postroad.shards"))
                .isEqualTo(claims);
    }

    @Test
    void aStartThatIsInterruptedEndsAndLeavesNothing() {
        try (Relay silent = Relay.silent()) {
            Starting starting = Starting.of(
                    Map.of("POSTROAD_POSTGRES_URL", postgresAt(silent.port()), "POSTROAD_START_LIMIT", "PT1M"));
            Site.await("it waits for Postgres", () -> silent.taken() > 0);
            starting.interrupt();
            assertThat(starting.awaitFailure())
                    .isInstanceOf(ProvisioningException.class)
                    .hasMessageContaining("the start was interrupted");
            assertThat(starting.sawInterrupt()).isTrue();
        }
    }

    @Test
    void aStartThatWasInterruptedBeforeItBeganEndsToo() {
        Starting starting = Starting.interrupted();
        assertThat(starting.awaitFailure()).hasMessageContaining("interrupted");
        assertThat(starting.sawInterrupt()).isTrue();
    }

    /** A start on a thread of its own. */
    private static final class Starting implements AutoCloseable {
        private final AtomicReference<@Nullable Worker> worker = new AtomicReference<>();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final AtomicBoolean interrupted = new AtomicBoolean();
        private final Thread thread;

        private Starting(Map<String, String> settings, Runnable first) {
            thread = Thread.ofPlatform().name("test-start").start(() -> {
                first.run();
                try {
                    worker.set(Worker.start(SITE.settings(settings)));
                } catch (RuntimeException failed) {
                    interrupted.set(Thread.currentThread().isInterrupted());
                    failure.set(failed);
                }
            });
        }

        static Starting of(Map<String, String> settings) {
            return new Starting(settings, () -> {});
        }

        static Starting interrupted() {
            return new Starting(Map.of(), () -> Thread.currentThread().interrupt());
        }

        void interrupt() {
            thread.interrupt();
        }

        boolean sawInterrupt() {
            return interrupted.get();
        }

        Throwable awaitFailure() {
            Site.await("the start has failed", () -> failure.get() != null);
            return java.util.Objects.requireNonNull(failure.get());
        }

        void awaitReady() {
            Site.await("the worker is ready", () -> {
                assertThat(failure.get()).isNull();
                Worker started = worker.get();
                return started != null && started.isReady();
            });
        }

        @Override
        public void close() {
            Worker started = worker.get();
            if (started != null) {
                started.close();
            }
        }
    }
}
