package dev.postroad.runtime.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.embedded.EmbeddedKafka;
import dev.postroad.runtime.testing.HostProcess;
import dev.postroad.runtime.testing.Relay;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A network between a producer and Kafka forgets what Kafka answers, and tells nobody; or it is slow. */
@NullMarked
@Timeout(300)
class ForgottenByKafkaTest {
    private static final TopicPartition EVENTS = new TopicPartition("events", 0);
    private static final int LARGE_BYTES = 1_000_000;
    private static final int SLOW_BYTES_PER_SECOND = 50_000;

    /** Below the 30 seconds after which Kafka's clients ask again by themselves; a machine that is busy takes its time. */
    private static final Duration SOON = Duration.ofSeconds(25);

    @Test
    void whatWasSentIsThereSoonAndOnce(@TempDir Path directory)
            throws IOException, ExecutionException, InterruptedException {
        int far = HostProcess.freePort();
        try (Relay relay = Relay.to(far, Integer.MAX_VALUE);
                EmbeddedKafka kafka = behind(relay, far, directory);
                Admin admin = admin(kafka);
                KafkaProducer<String, byte[]> producer = Producers.forEvents(by(relay))) {
            Producers.introduce(producer, EVENTS.topic());
            send(producer, new byte[10]);
            // It is taken, and sent a second time, as nobody knows.
            relay.loseAnswers();
            assertThat(send(producer, new byte[10])).isLessThan(SOON);
            assertThat(end(admin)).isEqualTo(2);
        }
    }

    @Test
    void aRecordOfAMegabyteGoesOutOverASlowLine(@TempDir Path directory)
            throws IOException, ExecutionException, InterruptedException {
        int far = HostProcess.freePort();
        try (Relay relay = Relay.to(far, Integer.MAX_VALUE);
                EmbeddedKafka kafka = behind(relay, far, directory);
                Admin admin = admin(kafka);
                KafkaProducer<String, byte[]> producer = Producers.forLarge(by(relay))) {
            Producers.introduce(producer, EVENTS.topic());
            byte[] large = new byte[LARGE_BYTES];
            new Random(1).nextBytes(large);
            relay.slowDown(SLOW_BYTES_PER_SECOND);
            send(producer, large);
            assertThat(end(admin)).isEqualTo(1);
        }
    }

    private static EmbeddedKafka behind(Relay relay, int far, Path directory) throws IOException {
        return EmbeddedKafka.start(directory, 0, settings -> listenFar(settings, far, relay.port()));
    }

    private static Admin admin(EmbeddedKafka kafka) throws ExecutionException, InterruptedException {
        Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        admin.createTopics(List.of(new NewTopic(EVENTS.topic(), 1, (short) 1)))
                .all()
                .get();
        return admin;
    }

    private static Map<String, String> by(Relay relay) {
        return Map.of("bootstrap.servers", "127.0.0.1:" + relay.port());
    }

    private static long end(Admin admin) throws ExecutionException, InterruptedException {
        return admin.listOffsets(Map.of(EVENTS, OffsetSpec.latest()))
                .partitionResult(EVENTS)
                .get()
                .offset();
    }

    /** How long it takes until it is known that a record is there. */
    private static Duration send(KafkaProducer<String, byte[]> producer, byte[] value)
            throws ExecutionException, InterruptedException {
        long begun = System.nanoTime();
        producer.send(new ProducerRecord<>(EVENTS.topic(), value)).get();
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private static void listenFar(Properties settings, int port, int advertised) {
        append(settings, "listeners", "FAR://127.0.0.1:" + port);
        append(settings, "advertised.listeners", "FAR://127.0.0.1:" + advertised);
        append(settings, "listener.security.protocol.map", "FAR:PLAINTEXT");
    }

    private static void append(Properties settings, String name, String more) {
        settings.put(name, settings.getProperty(name) + "," + more);
    }
}
