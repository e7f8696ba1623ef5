package dev.postroad.bench;

import dev.postroad.embedded.Directories;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.embedded.EmbeddedServers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Embedded servers on empty data, in a directory that is gone afterwards. */
public final class Ground implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Path directory;
    private final EmbeddedServers servers;

    /** Starts the servers. */
    public Ground() throws IOException {
        directory = Files.createTempDirectory("postroad-bench");
        servers = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free());
    }

    /** The servers, which end with this. */
    public EmbeddedServers servers() {
        return servers;
    }

    /** Where they are. */
    public Addresses addresses() {
        return new Addresses(servers.kafkaBootstrapServers(), servers.postgresUrl(), servers.postgresUser());
    }

    /** Where what processes log is kept. */
    public Path directory() {
        return directory;
    }

    /** A file for what a process logs. */
    public Path log(String name) {
        return directory.resolve(name + ".log");
    }

    String superuserPassword() throws IOException {
        return Files.readString(servers.postgresPasswordFile());
    }

    /** Where Postgres logs. */
    Path postgresLog() {
        return directory.resolve("postgres").resolve("postgres.log");
    }

    /** Waits for a condition, looking four times a second. */
    public static void await(BooleanSupplier condition) throws InterruptedException {
        await(condition, Duration.ofMillis(250));
    }

    /** Waits for a condition, looking once in a beat. */
    public static void await(BooleanSupplier condition, Duration beat) throws InterruptedException {
        Instant end = Instant.now().plus(LIMIT);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new IllegalStateException("not done within " + LIMIT);
            }
            TimeUnit.NANOSECONDS.sleep(beat.toNanos());
        }
    }

    @Override
    public void close() throws IOException {
        servers.close();
        Directories.delete(directory);
    }
}
