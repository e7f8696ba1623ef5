package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL on 127.0.0.1, run by this process from programs on the class path, with its data in one directory.
 *
 * <p>It has a database {@code postroad} and its owner {@code postroad}, who needs no password, and may make databases but
 * is no superuser. That is {@code postgres}, with a password that only the owner of the directory can read.
 * It is as durable as any: fsync is on, and what was committed is there after a kill -9 of everything. The server ends
 * with this JVM however that ends; the next start on the same data waits for it.
 *
 * <p>One process at a time may use a data directory. Safe for use by many threads.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    /** The user to connect as; any password will do. */
    public static final String USER = "postroad";

    /** The superuser. */
    public static final String SUPERUSER = "postgres";

    private static final Duration PREVIOUS_SERVER_LIMIT = Duration.ofMinutes(1);

    private final PostgresBinaries binaries;
    private final PostgresAccount account;
    private final Path data;
    private final ServerLog log;
    private final int port;
    private @Nullable PostgresProcess process;

    private EmbeddedPostgres(PostgresBinaries binaries, PostgresAccount account, Path data, ServerLog log, int port) {
        this.binaries = binaries;
        this.account = account;
        this.data = data;
        this.log = log;
        this.port = port;
    }

    /**
     * Starts a server on the data in the directory, which is created if absent, and waits until it takes connections.
     *
     * @param port 0 for any free one
     */
    public static EmbeddedPostgres start(Path dataDirectory, int port) {
        try {
            // The real path, since it is by its command line that a previous server is known.
            Path directory = Files.createDirectories(dataDirectory).toRealPath();
            Path data = directory.resolve("data");
            Directories.keepPrivate(directory);
            var log = new ServerLog(directory.resolve("postgres.log"));
            new PostmasterFile(data).awaitNoServer(PREVIOUS_SERVER_LIMIT);
            log.rollIfLarge();
            PostgresBinaries binaries = PostgresBinaries.unpackInto(directory);
            PostgresAccount account = PostgresAccount.whichCanRun(binaries, directory);
            PostgresData files = new PostgresData(binaries, account, log);
            files.createIfAbsent(data);
            files.restrict(data, SuperuserPassword.in(directory));
            return LocalPort.claim(port, "PostgreSQL", LocalPort.POSTGRES_OPTION, claimed -> {
                var postgres = new EmbeddedPostgres(binaries, account, data, log, claimed);
                postgres.restart();
                return postgres;
            });
        } catch (IOException failed) {
            throw new EmbeddedServerException(
                    "Cannot start PostgreSQL in " + dataDirectory + ": " + failed.getMessage(), failed);
        }
    }

    /** Starts the server again on the same data and the same port, after stopping it if it still runs. */
    public synchronized void restart() {
        stop();
        try {
            new PostmasterFile(data).awaitNoServer(PREVIOUS_SERVER_LIMIT);
            process = PostgresProcess.start(binaries, account, data, port, log);
        } catch (IOException failed) {
            throw new EmbeddedServerException(
                    "Cannot start PostgreSQL in " + data + ": " + failed.getMessage(), failed);
        }
    }

    /** Stops the server in an orderly way; {@link #restart()} brings it back. Does nothing to one that is stopped. */
    public synchronized void stop() {
        PostgresProcess running = process;
        process = null;
        if (running != null) {
            running.stop();
        }
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postroad";
    }

    public int port() {
        return port;
    }

    /** The same as {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }
}
