package dev.postroad.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka on 127.0.0.1 inside this process: one node that is both broker and controller, with its data in one
 * directory.
 *
 * <p>What a producer got acknowledged is there after a restart, and after a kill -9 of this process; the ports may
 * differ from start to start. Topics are never created by themselves. Consumer groups may have sessions as short as a
 * second, so that tests of failures are quick.
 *
 * <p>One process at a time may use a data directory. Safe for use by many threads.
 */
public final class EmbeddedKafka implements AutoCloseable {
    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker on the data in the directory, which is created if absent, and waits until it takes requests.
     *
     * @param port 0 for any free one
     */
    public static EmbeddedKafka start(Path dataDirectory, int port) {
        return start(dataDirectory, port, settings -> {});
    }

    /**
     * As {@link #start(Path, int)}, on other settings.
     *
     * @param change is handed the settings as they would be, and changes them
     */
    public static EmbeddedKafka start(Path dataDirectory, int port, Consumer<Properties> change) {
        try {
            Files.createDirectories(dataDirectory);
            Directories.keepPrivate(dataDirectory);
            formatIfNew(dataDirectory);
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot prepare " + dataDirectory + " for Kafka", failed);
        }
        // Its second port is nobody's business, and may be taken as well before it is bound.
        return LocalPort.claim(
                port,
                "Kafka",
                LocalPort.KAFKA_OPTION,
                claimed -> LocalPort.claim(0, "Kafka", LocalPort.KAFKA_OPTION, controller -> {
                    Properties settings = settings(dataDirectory, claimed, controller);
                    change.accept(settings);
                    return new EmbeddedKafka(startServer(new KafkaConfig(settings), dataDirectory), claimed);
                }));
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Stops the broker in an orderly way; doing so twice is the same as once. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static KafkaRaftServer startServer(KafkaConfig settings, Path dataDirectory) {
        var server = new KafkaRaftServer(settings, Time.SYSTEM);
        try {
            server.startup();
            return server;
        } catch (RuntimeException failed) {
            server.shutdown();
            throw new EmbeddedServerException(
                    "Cannot start Kafka in " + dataDirectory + ": " + failed.getMessage(), failed);
        }
    }

    private static void formatIfNew(Path directory) throws IOException {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try (var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
            new Formatter()
                    .setPrintStream(nowhere)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(1)
                    .setControllerListenerName("CONTROLLER")
                    .setDirectories(List.of(directory.toString()))
                    .setMetadataLogDirectory(directory.toString())
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (Exception failed) {
            throw new IOException("Kafka cannot format " + directory, failed);
        }
    }

    private static Properties settings(Path directory, int port, int controllerPort) {
        var settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", directory.toString());
        putSizesOfOneNode(settings);
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.min.session.timeout.ms", "1000");
        settings.put("group.initial.rebalance.delay.ms", "0");
        return settings;
    }

    private static void putSizesOfOneNode(Properties settings) {
        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        settings.put("share.coordinator.state.topic.num.partitions", "4");
        // The default takes 128 MiB of heap.
        settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        // After a kill -9 the controller takes the broker back only once its old session has ended.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
    }
}
