package dev.postroad.runtime.database;

import dev.postroad.runtime.config.PostgresSettings;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Makes the connections of those who have no pool, such as a command: each that is asked for is a new one, and none of its
 * waits is without a limit. What the address says of limits goes before.
 */
public final class SingleConnections {
    /** For each server that the address names: the driver tries one after the other within one limit. */
    private static final int LOGIN_SECONDS = 10;

    private SingleConnections() {}

    /**
     * Makes those to one Postgres.
     *
     * @param answer how long is waited for an answer of a server that is alive; one that is gone is found out before
     */
    public static DataSource to(PostgresSettings postgres, Duration answer) {
        PGSimpleDataSource source = source(postgres);
        if (source.getLoginTimeout() == 0) {
            source.setLoginTimeout(LOGIN_SECONDS * source.getServerNames().length);
        }
        if (source.getSocketTimeout() == 0) {
            source.setSocketTimeout(Math.toIntExact(answer.toSeconds()));
        }
        source.setTcpKeepAlive(true);
        if (source.getSocketFactory() == null) {
            source.setSocketFactory(WatchedSockets.class.getName());
            source.setSocketFactoryArg("");
        }
        return source;
    }

    private static PGSimpleDataSource source(PostgresSettings postgres) {
        try {
            return postgres.toDataSource().unwrap(PGSimpleDataSource.class);
        } catch (SQLException another) {
            throw new IllegalStateException(another);
        }
    }
}
