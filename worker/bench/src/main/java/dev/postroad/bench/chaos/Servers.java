package dev.postroad.bench.chaos;

import dev.postroad.bench.Addresses;
import dev.postroad.embedded.Directories;
import dev.postroad.embedded.EmbeddedPostgres;
import dev.postroad.embedded.EmbeddedServerException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres and a Kafka on empty data that can be killed, frozen and started again, with a link of its own to each for each
 * place of a worker. Confined to one thread.
 */
final class Servers implements AutoCloseable {
    private static final int MOST_STARTS = 30;
    private static final Duration BETWEEN_STARTS = Duration.ofSeconds(1);

    private final Path directory = Files.createTempDirectory("postroad-chaos");
    private final List<Link> toPostgres = new ArrayList<>();
    private final List<Link> toKafka = new ArrayList<>();
    private final @Nullable SmallDisk disk;
    private final EmbeddedPostgres postgres;
    private final int kafkaPort = freePort();
    private final KafkaProcess kafka;

    /** @param places so many workers there are at most at a time */
    Servers(int places) throws IOException, InterruptedException {
        disk = SmallDisk.at(directory.resolve("postgres")).orElse(null);
        postgres = EmbeddedPostgres.start(directory.resolve("postgres"), 0);
        rememberCommitTimes();
        List<String> listeners = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            int listener = freePort();
            toPostgres.add(new Link(postgres.port()));
            toKafka.add(new Link(listener));
            listeners.add(listener + ":" + toKafka.getLast().port());
        }
        kafka = new KafkaProcess(directory.resolve("kafka"), kafkaPort, listeners, directory.resolve("kafka.log"));
        kafka.start();
    }

    /** A port that nobody has at the moment. */
    static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** By the time of its commit a run ended for everybody, whatever the clock of the worker that ended it said. */
    private void rememberCommitTimes() throws IOException {
        String password = Files.readString(directory.resolve("postgres/superuser.password"))
                .strip();
        Jdbi.create(postgres.jdbcUrl(), EmbeddedPostgres.SUPERUSER, password)
                .useHandle(handle -> handle.execute("ALTER SYSTEM SET track_commit_timestamp = on"));
        postgres.restart();
    }

    /** Where the servers are, for who needs no link. */
    Addresses addresses() {
        return new Addresses("127.0.0.1:" + kafkaPort, postgres.jdbcUrl(), EmbeddedPostgres.USER);
    }

    /** Where data and logs are. */
    Path directory() {
        return directory;
    }

    /** What a worker at a place is told of where servers are. */
    Map<String, String> environment(int place, String postgresUrl) {
        return Map.of(
                "POSTROAD_KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:" + toKafka.get(place).port(),
                "POSTROAD_POSTGRES_URL",
                postgresUrl.replace(
                        ":" + postgres.port() + "/", ":" + toPostgres.get(place).port() + "/"));
    }

    /** The link between a place and a server. */
    Link link(Server server, int place) {
        return switch (server) {
            case POSTGRES -> toPostgres.get(place);
            case KAFKA -> toKafka.get(place);
        };
    }

    /** The disk of Postgres; empty where it has none of its own. */
    Optional<SmallDisk> disk() {
        return Optional.ofNullable(disk);
    }

    /** The processes of a server. */
    List<Long> processes(Server server) throws IOException {
        Optional<ProcessHandle> first = ProcessHandle.of(
                switch (server) {
                    case POSTGRES -> postmaster();
                    case KAFKA -> kafka.pid();
                });
        return first.map(found -> Stream.concat(Stream.of(found), found.descendants()))
                .orElse(Stream.empty())
                .map(ProcessHandle::pid)
                .toList();
    }

    private long postmaster() throws IOException {
        Path file = directory.resolve("postgres/data/postmaster.pid");
        return Files.exists(file)
                ? Long.parseLong(Files.readAllLines(file).getFirst().strip())
                : -1;
    }

    /** Ends a server between two instructions. */
    void kill(Server server) throws IOException, InterruptedException {
        switch (server) {
            case POSTGRES -> Signals.send("KILL", List.of(postmaster()));
            case KAFKA -> kafka.kill();
        }
    }

    /** Starts a server that was killed. */
    void start(Server server) throws IOException, InterruptedException {
        switch (server) {
            case POSTGRES -> startPostgres();
            case KAFKA -> kafka.start();
        }
    }

    /** Sessions of a killed server end a moment after it, and keep its successor from starting until then. */
    private void startPostgres() throws InterruptedException {
        for (int i = 1; ; i++) {
            try {
                postgres.restart();
                return;
            } catch (EmbeddedServerException failed) {
                if (i == MOST_STARTS) {
                    throw failed;
                }
                TimeUnit.NANOSECONDS.sleep(BETWEEN_STARTS.toNanos());
            }
        }
    }

    /** Starts Postgres again where it ended by itself, as a supervisor does. */
    void supervisePostgres() throws IOException, InterruptedException {
        if (ProcessHandle.of(postmaster()).filter(ProcessHandle::isAlive).isEmpty()) {
            startPostgres();
        }
    }

    /** Ends the servers; their data stays. */
    void stop() throws IOException {
        for (Link link : Stream.concat(toPostgres.stream(), toKafka.stream()).toList()) {
            link.close();
        }
        kafka.close();
        postgres.close();
    }

    @Override
    public void close() throws IOException {
        stop();
        if (disk != null) {
            disk.close();
        }
        Directories.delete(directory);
    }
}
