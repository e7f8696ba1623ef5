package dev.postroad.runtime.testing;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.NullMarked;

/** A real database whose answers get lost when the test says so: what was asked for has been done all the same. */
@NullMarked
public final class BreakingDatabase implements DataSource {
    private final DataSource database;
    private final AtomicInteger answersToLose = new AtomicInteger();

    public BreakingDatabase(DataSource database) {
        this.database = database;
    }

    /** Loses the answer to the next statement, and its connection with it. */
    public void loseNextAnswer() {
        answersToLose.incrementAndGet();
    }

    /** Whether every answer that was to be lost has been. */
    public boolean isIntact() {
        return answersToLose.get() == 0;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection real = database.getConnection();
        return wrapped(Connection.class, (method, arguments) -> {
            Object result = method.invoke(real, arguments);
            return result instanceof PreparedStatement statement ? breaking(statement, real) : result;
        });
    }

    private PreparedStatement breaking(PreparedStatement real, Connection connection) {
        return wrapped(PreparedStatement.class, (method, arguments) -> {
            Object result = method.invoke(real, arguments);
            if (method.getName().startsWith("execute") && answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                connection.close();
                throw new SQLException("the answer was lost", "08006");
            }
            return result;
        });
    }

    private interface Call {
        Object make(java.lang.reflect.Method method, Object[] arguments)
                throws IllegalAccessException, InvocationTargetException, SQLException;
    }

    private static <T> T wrapped(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, given) -> {
                    try {
                        return call.make(method, given);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause() == null ? failed : failed.getCause();
                    }
                }));
    }

    @Override
    public Connection getConnection(String user, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PrintWriter getLogWriter() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setLoginTimeout(int seconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return database.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return database.isWrapperFor(type);
    }
}
