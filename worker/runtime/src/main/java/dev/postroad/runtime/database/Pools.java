package dev.postroad.runtime.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.runtime.config.PostgresSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Makes pools of connections to Postgres. Behind a pooler that shares its sessions nothing is kept in a session: no
 * settings, no prepared statements; statements are planned anew each time, and whoever reads says so in each transaction.
 * Not thread-safe.
 */
public final class Pools implements AutoCloseable {
    /** How long a statement may take; after half as much again nobody waits for its answer any more. */
    private static final int WRITING_SECONDS = 60;

    private static final int READING_SECONDS = 10;
    private static final String LIMIT = "-c statement_timeout=%ds ";

    /** A session whose client is gone holds its locks until Postgres knows; by itself it asks after two hours. */
    private static final String SIGNS_OF_LIFE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
            + " -c tcp_keepalives_count=3 -c tcp_user_timeout=25s ";

    /** What all sessions of a worker ask for where no pooler is declared; one that is not refuses it. */
    public static final String OPTIONS = SIGNS_OF_LIFE + LIMIT.formatted(WRITING_SECONDS);

    private static final String READ_ONLY = "-c default_transaction_read_only=on ";

    private final PostgresSettings postgres;
    private final String workerId;
    private final MeterRegistry metrics;
    private final InstantSource clock;
    private final PoolThreads threads = new PoolThreads();
    private final List<HikariDataSource> opened = new ArrayList<>();
    private final @Nullable LinkWatch watch;

    /** @param workerId names the sessions, for people */
    public Pools(PostgresSettings postgres, String workerId, MeterRegistry metrics, InstantSource clock) {
        this.postgres = postgres;
        this.workerId = workerId;
        this.metrics = metrics;
        this.clock = clock;
        this.watch = postgres.isPooled() ? null : new LinkWatch(postgres, clock);
        if (watch != null) {
            watch.start();
        }
    }

    /**
     * A pool to write by.
     *
     * @param planning settings of its sessions for how statements are planned, as {@code -c name=value}; may be empty
     * @throws RuntimeException where Postgres cannot be reached
     */
    public HikariDataSource writing(String name, int size, String planning) {
        HikariConfig config = config(name, size);
        Properties properties = properties(WRITING_SECONDS);
        if (!postgres.isPooled()) {
            ask(properties, LIMIT.formatted(WRITING_SECONDS) + planning, WRITING_SECONDS);
        }
        return open(config, properties);
    }

    /**
     * A pool by which nothing is changed, and no question takes long.
     */
    public HikariDataSource reading(String name, int size) {
        HikariConfig config = config(name, size);
        Properties properties = properties(READING_SECONDS);
        if (postgres.isPooled()) {
            config.setReadOnly(true);
            config.setAutoCommit(false);
        } else {
            ask(properties, READ_ONLY + LIMIT.formatted(READING_SECONDS), READING_SECONDS);
        }
        return open(config, properties);
    }

    /** What the address asks of sessions goes before all of this; then each statement has its limit from the driver. */
    private void ask(Properties properties, String settings, int limitSeconds) {
        properties.setProperty("options", SIGNS_OF_LIFE + settings);
        Properties address = Driver.parseURL(postgres.url(), null);
        if (address != null && PGProperty.OPTIONS.getOrNull(address) != null) {
            properties.setProperty("queryTimeout", Integer.toString(limitSeconds));
        }
    }

    private HikariDataSource open(HikariConfig config, Properties properties) {
        config.setDataSource(new PoolSource(config.getPoolName(), postgres.url(), properties, watch));
        StaleSessions stale = new StaleSessions(clock);
        config.setExceptionOverride(stale);
        HikariDataSource pool = new HikariDataSource(config);
        opened.add(pool);
        stale.watch(pool);
        return pool;
    }

    private HikariConfig config(String name, int size) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        // Whether Postgres is there was seen already; a pool that finds it gone again heals like those that lose it.
        config.setInitializationFailTimeout(-1);
        config.setPoolName(name);
        config.setThreadFactory(threads);
        config.setMetricRegistry(metrics);
        return config;
    }

    private Properties properties(int limitSeconds) {
        Properties properties = new Properties();
        properties.setProperty("user", postgres.user());
        if (postgres.password() != null) {
            properties.setProperty("password", postgres.password());
        }
        properties.setProperty("ApplicationName", "postroad " + workerId);
        if (postgres.isPooled()) {
            properties.setProperty("prepareThreshold", "0");
            properties.setProperty("queryTimeout", Integer.toString(limitSeconds));
        } else {
            properties.setProperty("prepareThreshold", "1");
        }
        properties.setProperty("socketTimeout", Integer.toString(limitSeconds * 3 / 2));
        properties.setProperty("tcpKeepAlive", "true");
        return properties;
    }

    /**
     * Closes the pools that were made, side by side: where Postgres is away, each waits for a connection that it is about
     * to open.
     */
    @Override
    public void close() {
        threads.interrupt();
        List<Thread> closing = opened.stream()
                .map(pool ->
                        Thread.ofVirtual().name(pool.getPoolName() + "-closes").start(pool::close))
                .toList();
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            if (watch != null) {
                watch.close();
            }
        }
    }
}
