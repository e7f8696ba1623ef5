package dev.postroad.runtime.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.testing.Pgbouncer;
import dev.postroad.runtime.testing.Relay;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A real network that forgets connections, before a real Postgres. */
@NullMarked
@Timeout(300)
class LinkWatchTest {
    private static final Site SITE = Site.open(1);

    /** Far below the 90 seconds after which a socket gives up by itself; a machine that is busy takes its time. */
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final String LOCKED_FOR_LONG = """
        SELECT count(*) FROM pg_stat_activity
        WHERE query = 'SELECT pg_advisory_lock(42)' AND wait_event_type = 'Lock'
          AND clock_timestamp() - query_start > interval '8 seconds'\
        """;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void givesUpAConnectionWhosePacketsVanishAndEndsItsSession() throws SQLException {
        try (Relay relay = Relay.to(port(SITE.postgresUrl()), Integer.MAX_VALUE);
                Pools pools = pools(relay)) {
            HikariDataSource pool = pools.writing("vanishing", 1, "");
            int process;
            try (Connection connection = pool.getConnection()) {
                process = number(connection, "SELECT pg_backend_pid()");
                relay.fallSilent();
                long begun = System.nanoTime();
                assertThatThrownBy(() -> number(connection, "SELECT 1"))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                failed -> assertThat(SqlVerdict.of(failed)).isEqualTo(SqlVerdict.PASSING));
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
            }
            Site.await(
                    "its session is ended",
                    () -> SITE.number("SELECT count(*) FROM pg_stat_activity WHERE pid = ?", process) == 0);
            try (Connection next = pool.getConnection()) {
                assertThat(number(next, "SELECT 1")).isOne();
            }
        }
    }

    @Test
    void givesUpAConnectionWhoseAnswersVanish() throws SQLException {
        try (Relay relay = Relay.to(port(SITE.postgresUrl()), Integer.MAX_VALUE);
                Pools pools = pools(relay)) {
            HikariDataSource pool = pools.reading("deaf", 1);
            try (Connection connection = pool.getConnection()) {
                relay.loseAnswers();
                long begun = System.nanoTime();
                assertThatThrownBy(() -> number(connection, "SELECT count(*) FROM generate_series(1, 1000000)"))
                        .isInstanceOf(SQLException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(13));
            }
        }
    }

    @Test
    void givesUpAConnectionByWhichMoreIsSentThanItsBuffersHold() throws SQLException {
        try (Relay relay = Relay.to(port(SITE.postgresUrl()), Integer.MAX_VALUE);
                Pools pools = pools(relay)) {
            HikariDataSource pool = pools.writing("large", 1, "");
            try (Connection connection = pool.getConnection()) {
                String much = "x".repeat(1 << 20);
                relay.loseAnswers();
                long begun = System.nanoTime();
                assertThatThrownBy(() -> number(connection, "SELECT length('" + much + "')"))
                        .isInstanceOf(SQLException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begun))
                        .isBetween(Duration.ofSeconds(8), Duration.ofSeconds(60));
            }
        }
    }

    @Test
    void waitsForAStatementThatWaitsForALockOrTakesLong() throws Exception {
        try (Relay relay = Relay.to(port(SITE.postgresUrl()), Integer.MAX_VALUE);
                Pools pools = pools(relay);
                Handle other = SITE.sql().open()) {
            other.execute("SELECT pg_advisory_lock(42)");
            HikariDataSource pool = pools.writing("locked", 2, "");
            Future<Integer> locked = send(pool, "SELECT pg_advisory_lock(42)");
            Future<Integer> lasting = send(pool, "SELECT 1 FROM pg_sleep(8)");
            Site.await("it waits for long", () -> SITE.number(LOCKED_FOR_LONG) == 1);
            int taken = relay.taken();
            Site.await("Postgres is asked again", () -> relay.taken() > taken + 1);
            assertThat(locked).isNotDone();
            other.execute("SELECT pg_advisory_unlock(42)");
            assertThat(locked.get()).isZero();
            assertThat(lasting.get()).isOne();
        }
    }

    @Test
    void waitsWhilePostgresCannotBeAsked() throws Exception {
        try (Relay relay = Relay.to(port(SITE.postgresUrl()), Integer.MAX_VALUE);
                Pools pools = pools(relay)) {
            HikariDataSource pool = pools.writing("cut-off", 1, "");
            try (Connection connection = pool.getConnection()) {
                relay.fallSilentToAll();
                int taken = relay.taken();
                Future<Integer> sent = threads.submit(() -> number(connection, "SELECT 1"));
                Site.await("Postgres was to be asked twice", () -> relay.taken() > taken + 2);
                assertThat(sent).isNotDone();
                relay.open();
                assertThatThrownBy(sent::get).isInstanceOf(ExecutionException.class);
            }
        }
    }

    /** One of which nobody said that it is there, and that keeps the numbers of the sessions for itself. */
    @Test
    void isNotMisledByAPooler() throws Exception {
        assumeTrue(Pgbouncer.isInstalled(), "pgbouncer is not installed");
        try (Pgbouncer bouncer = Pgbouncer.start("extra_float_digits,options");
                Relay relay = Relay.to(port(bouncer.url(SITE.postgresUrl())), Integer.MAX_VALUE);
                Pools pools = pools(relay);
                Handle other = SITE.sql().open()) {
            other.execute("SELECT pg_advisory_lock(42)");
            HikariDataSource pool = pools.writing("pooled", 1, "");
            Future<Integer> locked = send(pool, "SELECT pg_advisory_lock(42)");
            Site.await("it waits for long", () -> SITE.number(LOCKED_FOR_LONG) == 1);
            assertThat(relay.taken()).as("nobody was asked").isOne();
            assertThat(locked).isNotDone();
            other.execute("SELECT pg_advisory_unlock(42)");
            assertThat(locked.get()).isZero();
        }
    }

    private Future<Integer> send(HikariDataSource pool, String sql) {
        return threads.submit(() -> {
            try (Connection connection = pool.getConnection()) {
                return number(connection, sql);
            }
        });
    }

    /** What it answers, where that is a number; else 0. */
    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() && row.getObject(1) instanceof Number number ? number.intValue() : 0;
        }
    }

    private static Pools pools(Relay relay) {
        String url = SITE.postgresUrl().replaceFirst("//[^/]*/", "//127.0.0.1:" + relay.port() + "/");
        return new Pools(
                new PostgresSettings(url, Servers.get().postgresUser(), null),
                "links",
                new SimpleMeterRegistry(),
                InstantSource.system());
    }

    private static int port(String url) {
        return URI.create(url.substring("jdbc:".length())).getPort();
    }
}
