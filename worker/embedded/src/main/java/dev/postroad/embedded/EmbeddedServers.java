package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka, a PostgreSQL and a simulated model on 127.0.0.1, for one directory; whoever comes first runs them, and all
 * who come later use them too.
 *
 * <p>A file lock decides who is first, so that a dead process never stands in the way. The addresses stand in
 * {@code embedded.json} while the servers run. Closing stops the servers where this process runs them, and nothing
 * otherwise.
 *
 * <p>Safe for use by many threads.
 */
public final class EmbeddedServers implements AutoCloseable {
    private static final Duration JOIN_LIMIT = Duration.ofSeconds(30);

    private final Path file;
    private final EmbeddedAddresses addresses;
    private final @Nullable Ownership ownership;

    private EmbeddedServers(Path file, EmbeddedAddresses addresses, @Nullable Ownership ownership) {
        this.file = file;
        this.addresses = addresses;
        this.ownership = ownership;
    }

    /**
     * Starts the servers on the data in the directory, or joins those that another live process runs there.
     *
     * @param ports of no effect on servers that run already
     */
    public static EmbeddedServers startOrJoin(Path directory, EmbeddedPorts ports) {
        Path root = create(directory);
        // Both are tried in turn, since the other process may end, or end starting, at any time.
        return Poll.until(
                        JOIN_LIMIT,
                        "waiting for the embedded servers of another process",
                        () -> start(root, ports).or(() -> join(root)))
                .orElseThrow(() -> new EmbeddedServerException("Another process holds " + lockFile(root)
                        + " but has not told its addresses in " + addressFile(root) + " within " + JOIN_LIMIT
                        + "; wait for it, or stop it."));
    }

    public String kafkaBootstrapServers() {
        return addresses.kafka();
    }

    /** The JDBC address of the database {@code postroad}; it needs no password. */
    public String postgresUrl() {
        return addresses.postgres();
    }

    public String postgresUser() {
        return EmbeddedPostgres.USER;
    }

    /** The file with the password of the superuser {@code postgres}, for whoever may read it. */
    public Path postgresPasswordFile() {
        return SuperuserPassword.in(file.resolveSibling("postgres")).file();
    }

    /** What clients of OpenAI's protocol call the base address: that of the {@link SimulatedModelServer}. */
    public String llmBaseUrl() {
        return addresses.llm();
    }

    /** Whether this process runs the servers, and stops them when it closes this. */
    public boolean owned() {
        return ownership != null;
    }

    /** Where the process that runs the servers answers HTTP, once it has told so. */
    public Optional<String> httpAddress() {
        return EmbeddedAddresses.read(file).map(EmbeddedAddresses::http);
    }

    /** Where the process that runs the servers of a directory answers HTTP; empty where none does, or has told so. */
    public static Optional<String> announcedHttp(Path directory) {
        return EmbeddedAddresses.read(addressFile(directory)).map(EmbeddedAddresses::http);
    }

    /** Tells other processes where this one answers HTTP; for the process that runs the servers only. */
    public void announceHttp(String address) {
        if (ownership == null) {
            throw new IllegalStateException("The servers of " + file + " belong to process " + addresses.pid());
        }
        write(addresses.withHttp(address), file);
    }

    @Override
    public void close() {
        if (ownership != null) {
            ownership.close();
        }
    }

    private static Optional<EmbeddedServers> start(Path root, EmbeddedPorts ports) {
        return DirectoryLock.tryTake(lockFile(root)).map(lock -> start(root, ports, lock));
    }

    private static EmbeddedServers start(Path root, EmbeddedPorts ports, DirectoryLock lock) {
        var ownership = new Ownership(lock, addressFile(root));
        try {
            ownership.withdrawAddresses();
            RunningServers servers = ownership.start(root, ports);
            var addresses = new EmbeddedAddresses(
                    ProcessHandle.current().pid(),
                    servers.kafka().bootstrapServers(),
                    servers.postgres().jdbcUrl(),
                    null,
                    servers.model().baseUrl());
            write(addresses, addressFile(root));
            return new EmbeddedServers(addressFile(root), addresses, ownership);
        } catch (RuntimeException failed) {
            try (ownership) {
                throw failed;
            }
        }
    }

    private static Optional<EmbeddedServers> join(Path root) {
        Path file = addressFile(root);
        return EmbeddedAddresses.read(file).map(addresses -> new EmbeddedServers(file, addresses, null));
    }

    private static Path create(Path directory) {
        try {
            DataFolder.keepPrivate(directory);
            return directory.toRealPath();
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot create " + directory, failed);
        }
    }

    private static void write(EmbeddedAddresses addresses, Path file) {
        try {
            addresses.write(file);
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot write " + file, failed);
        }
    }

    private static Path lockFile(Path root) {
        return root.resolve("embedded.lock");
    }

    private static Path addressFile(Path root) {
        return root.resolve("embedded.json");
    }
}
