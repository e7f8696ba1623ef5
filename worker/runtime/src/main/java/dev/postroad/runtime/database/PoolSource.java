package dev.postroad.runtime.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the connections of a pool, and has them watched. Thread-safe. */
final class PoolSource extends PGSimpleDataSource {
    private static final Logger LOG = LoggerFactory.getLogger(PoolSource.class);

    /** A connection that says nothing from its first statement on is found by the pool to be of no use. */
    private static final int LOOK_MILLIS = 10_000;

    private final transient Driver driver = new Driver();
    private final transient String pool;
    private final transient String address;
    private final transient Properties properties;
    private final transient @Nullable LinkWatch watch;

    /**
     * @param address in JDBC's words; what it says goes before the properties
     * @param properties of the driver
     * @param watch null where it would be misled
     */
    PoolSource(String pool, String address, Properties properties, @Nullable LinkWatch watch) {
        this.pool = pool;
        this.address = address;
        this.properties = properties;
        this.watch = watch;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try (WatchedSockets.Opening opening = new WatchedSockets.Opening()) {
            Properties own = new Properties();
            own.putAll(properties);
            // The pool's, which says how long one may take that is being opened.
            PGProperty.LOGIN_TIMEOUT.set(own, getLoginTimeout());
            if (!namesSockets()) {
                PGProperty.SOCKET_FACTORY.set(own, WatchedSockets.class.getName());
                PGProperty.SOCKET_FACTORY_ARG.set(own, opening.word());
            }
            Connection connection = Objects.requireNonNull(driver.connect(address, own), "no address of Postgres");
            WatchedSocket socket = opening.socket().orElse(null);
            if (watch != null && socket != null) {
                watch(watch, connection, socket);
            }
            return connection;
        }
    }

    /** An argument of ours would be misunderstood by sockets of somebody else. */
    private boolean namesSockets() {
        Properties named = Driver.parseURL(address, null);
        return named != null && PGProperty.SOCKET_FACTORY.getOrNull(named) != null;
    }

    private void watch(LinkWatch by, Connection connection, WatchedSocket socket) {
        try {
            int before = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, LOOK_MILLIS);
            try {
                by.watch(pool, connection, socket);
            } finally {
                connection.setNetworkTimeout(Runnable::run, before);
            }
        } catch (SQLException failed) {
            LOG.debug("a connection of {} is not watched", pool, failed);
        }
    }
}
