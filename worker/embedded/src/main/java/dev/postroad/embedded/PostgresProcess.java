package dev.postroad.embedded;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One running PostgreSQL, a child of this JVM that cannot outlive it.
 *
 * <p>Between the two stands a shell that reads from a pipe whose other end the JVM holds. However the JVM ends, also by
 * kill -9, the kernel closes the pipe, and the shell tells PostgreSQL to stop in an orderly way. Closing the pipe is
 * how {@link #stop()} works too, so that the one path is always tried.
 *
 * <p>Not safe for use by several threads at once.
 */
final class PostgresProcess {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final long READY_CHECK_MILLIS = 10;

    /**
     * The server gets a session of its own, and the shell ignores signals, so that Ctrl-C in a terminal reaches the JVM
     * alone and the database outlives the work that the JVM still finishes. The reader is a subshell rather than a
     * {@code cat}, so that it can be ended with the server.
     */
    private static final String WATCHDOG = """
            trap '' INT HUP TERM
            if command -v setsid >/dev/null; then set -- setsid "$@"; fi
            exec 3<&0
            (trap - INT HUP TERM; exec "$@" </dev/null 3<&-) &
            server=$!
            (read -r closed <&3; kill -INT $server) >/dev/null 2>&1 &
            reader=$!
            exec 3<&- </dev/null
            wait $server
            status=$?
            kill -9 $reader 2>/dev/null
            exit $status
            """;

    private final Process process;
    private final PostmasterFile postmasterFile;
    private final ServerLog log;

    private PostgresProcess(Process process, PostmasterFile postmasterFile, ServerLog log) {
        this.process = process;
        this.postmasterFile = postmasterFile;
        this.log = log;
    }

    /** Starts the server and waits until it takes connections. */
    static PostgresProcess start(PostgresBinaries binaries, PostgresAccount account, Path data, int port, ServerLog log)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", WATCHDOG, "postroad-postgres"));
        command.addAll(List.of(binaries.program("postgres"), "-D", data.toString()));
        settings(port).forEach(setting -> command.addAll(List.of("-c", setting)));
        Process process = ChildCommand.builder(account.command(command))
                .redirectOutput(Redirect.appendTo(log.file().toFile()))
                .start();
        var server = new PostgresProcess(process, new PostmasterFile(data), log);
        server.awaitReady();
        return server;
    }

    /** Orderly: open transactions are rolled back, everything committed is on disk. */
    void stop() {
        closePipe();
        try {
            if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                throw log.failure("PostgreSQL did not stop within " + STOP_LIMIT + " and was killed");
            }
        } catch (InterruptedException stop) {
            throw EmbeddedServerException.interrupted("stopping PostgreSQL, which goes on by itself", stop);
        }
    }

    /** Small enough for a laptop; durability is as in production. The binaries have no lz4 for wal_compression. */
    private static List<String> settings(int port) {
        return List.of(
                "listen_addresses=127.0.0.1",
                "port=" + port,
                "unix_socket_directories=",
                "fsync=on",
                "synchronous_commit=on",
                "shared_buffers=256MB",
                "max_connections=500",
                "max_wal_size=4GB",
                "checkpoint_timeout=15min");
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        try {
            while (!postmasterFile.saysReady()) {
                if (process.waitFor(READY_CHECK_MILLIS, TimeUnit.MILLISECONDS)) {
                    throw log.failure("PostgreSQL ended at its start with exit code " + process.exitValue());
                }
                if (System.nanoTime() - deadline > 0) {
                    kill();
                    throw log.failure("PostgreSQL was not ready within " + START_LIMIT);
                }
            }
        } catch (InterruptedException stop) {
            closePipe();
            throw EmbeddedServerException.interrupted("starting PostgreSQL", stop);
        }
    }

    private void closePipe() {
        try {
            process.getOutputStream().close();
        } catch (IOException alreadyClosed) {
            // Then the shell has seen the end of it.
        }
    }

    private void kill() {
        postmasterFile.server().ifPresent(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
