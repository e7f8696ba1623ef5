package dev.postroad.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The least that a durable step can cost: one row, one commit, on a connection that does nothing else. */
final class BareCommits implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement insert;

    BareCommits(String url) throws SQLException {
        connection = DriverManager.getConnection(url, "postroad", "");
        connection.createStatement().execute("CREATE TABLE bench_bare (id bigint, data json)");
        insert = connection.prepareStatement("INSERT INTO bench_bare VALUES (?, '{}')");
        millisOf(1_000);
    }

    /** How long some commits take, one after another. */
    double millisOf(int commits) throws SQLException {
        long begin = System.nanoTime();
        for (int i = 0; i < commits; i++) {
            insert.setLong(1, i);
            insert.executeUpdate();
        }
        return (System.nanoTime() - begin) / 1e6;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
