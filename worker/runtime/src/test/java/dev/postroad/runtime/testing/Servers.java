package dev.postroad.runtime.testing;

import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.embedded.EmbeddedPostgres;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * One real Kafka and one real Postgres for all tests of a JVM: the embedded ones, or with {@code
 * -Dpostroad.servers=containers} those of Docker.
 *
 * @param postgresUrl the JDBC address of the database {@code postroad}
 * @param postgresUser its owner, who needs no password
 * @param superuser who may do what its owner may not
 */
@NullMarked
public record Servers(
        String kafkaBootstrapServers,
        String postgresUrl,
        String postgresUser,
        String superuser,
        String superuserPassword) {
    private static final boolean IN_CONTAINERS = "containers".equals(System.getProperty("postroad.servers"));
    private static final boolean IN_MEMORY =
            Path.of(System.getProperty("java.io.tmpdir")).startsWith("/dev/shm");
    private static final String MIGRATED = "migrated";
    private static @Nullable Servers running;
    private static boolean isMigrated;

    /** The servers; started at the first call, stopped with the JVM. */
    public static synchronized Servers get() {
        Servers current = running;
        if (current == null) {
            current = IN_CONTAINERS ? ContainerServers.start() : embedded();
            running = current;
        }
        return current;
    }

    /**
     * What makes a database with the newest schema and nothing in it. In memory its files are copied, which takes a third of
     * what it takes to write them to the log; on a disk each of them would have to be synced.
     */
    static String copyOfMigrated(String name) {
        return "CREATE DATABASE " + name + " TEMPLATE " + migrated() + (IN_MEMORY ? " STRATEGY FILE_COPY" : "");
    }

    private static synchronized String migrated() {
        if (!isMigrated) {
            Servers servers = get();
            String url = servers.postgresUrl();
            Jdbi.create(url, servers.postgresUser(), "")
                    .useHandle(handle -> handle.execute("CREATE DATABASE " + MIGRATED));
            Provisioning.migrateSchema(
                    new PostgresSettings(url.replaceFirst("/postroad$", "/" + MIGRATED), servers.postgresUser(), ""));
            isMigrated = true;
        }
        return MIGRATED;
    }

    private static Servers embedded() {
        Path directory = directory();
        EmbeddedServers servers = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(directory)));
        Servers started = new Servers(
                servers.kafkaBootstrapServers(),
                servers.postgresUrl(),
                servers.postgresUser(),
                EmbeddedPostgres.SUPERUSER,
                password(servers.postgresPasswordFile()));
        started.tidySeldom();
        return started;
    }

    /** Each database is visited once a minute otherwise: with those of some hundred sites, one begins twice a second. */
    private void tidySeldom() {
        Jdbi.create(postgresUrl, superuser, superuserPassword).useHandle(handle -> {
            handle.execute("ALTER SYSTEM SET autovacuum_naptime = '1h'");
            handle.execute("SELECT pg_reload_conf()");
        });
    }

    private static String password(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /**
     * Kills the servers: a Kafka with the topics of hundreds of sites takes longer to stop in order than Maven waits for
     * a JVM, and nobody reads again what it would write. It runs in this JVM and writes to its end, so another process
     * deletes the files after that.
     */
    private static void end(Path directory) {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        String afterwards = "for i in $(seq 600); do kill -0 \"$0\" || break; sleep 0.1; done; rm -rf \"$1\"";
        String self = Long.toString(ProcessHandle.current().pid());
        try {
            new ProcessBuilder("sh", "-c", afterwards, self, directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("postroad-test");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
