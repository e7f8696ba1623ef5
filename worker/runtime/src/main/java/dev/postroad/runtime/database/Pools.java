package dev.postroad.runtime.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.postroad.runtime.config.PostgresSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

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
    private static final String READ_ONLY = "-c default_transaction_read_only=on ";

    private final PostgresSettings postgres;
    private final String workerId;
    private final MeterRegistry metrics;
    private final InstantSource clock;
    private final PoolThreads threads = new PoolThreads();
    private final List<HikariDataSource> opened = new ArrayList<>();

    /** @param workerId names the sessions, for people */
    public Pools(PostgresSettings postgres, String workerId, MeterRegistry metrics, InstantSource clock) {
        this.postgres = postgres;
        this.workerId = workerId;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * A pool to write by.
     *
     * @param planning settings of its sessions for how statements are planned, as {@code -c name=value}; may be empty
     * @throws RuntimeException where Postgres cannot be reached
     */
    public HikariDataSource writing(String name, int size, String planning) {
        HikariConfig config = config(name, size, WRITING_SECONDS);
        if (!postgres.isPooled()) {
            config.addDataSourceProperty("options", LIMIT.formatted(WRITING_SECONDS) + planning);
        }
        return open(config);
    }

    /**
     * A pool by which nothing is changed, and no question takes long.
     */
    public HikariDataSource reading(String name, int size) {
        HikariConfig config = config(name, size, READING_SECONDS);
        if (postgres.isPooled()) {
            config.setReadOnly(true);
            config.setAutoCommit(false);
        } else {
            config.addDataSourceProperty("options", READ_ONLY + LIMIT.formatted(READING_SECONDS));
        }
        return open(config);
    }

    private HikariDataSource open(HikariConfig config) {
        StaleSessions stale = new StaleSessions(clock);
        config.setExceptionOverride(stale);
        HikariDataSource pool = new HikariDataSource(config);
        opened.add(pool);
        stale.watch(pool);
        return pool;
    }

    private HikariConfig config(String name, int size, int limitSeconds) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(postgres.url());
        config.setUsername(postgres.user());
        config.setPassword(postgres.password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        // Whether Postgres is there was seen already; a pool that finds it gone again heals like those that lose it.
        config.setInitializationFailTimeout(-1);
        config.setPoolName(name);
        config.setThreadFactory(threads);
        config.setMetricRegistry(metrics);
        config.addDataSourceProperty("ApplicationName", "postroad " + workerId);
        if (postgres.isPooled()) {
            config.addDataSourceProperty("prepareThreshold", "0");
            config.addDataSourceProperty("queryTimeout", Integer.toString(limitSeconds));
        } else {
            config.addDataSourceProperty("prepareThreshold", "1");
        }
        config.addDataSourceProperty("socketTimeout", Integer.toString(limitSeconds * 3 / 2));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        return config;
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
        }
    }
}
