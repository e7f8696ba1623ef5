package dev.postroad.contracts.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class PostroadClientTest {
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    private static final ClientSettings SETTINGS =
            new ClientSettings(Map.of("bootstrap.servers", "kafka.example:9092"), Duration.ofMillis(200));
    private static final Trigger TRIGGER = Trigger.of("hello", "r", JsonNodeFactory.instance.objectNode());
    private static final Trigger WITHOUT_ID = Trigger.of("hello", null, JsonNodeFactory.instance.objectNode());

    @Test
    void sendsATriggerUnderItsRunId() throws FaultsException {
        var producer = producer(true);
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            assertThat(client.trigger(TRIGGER)).isEqualTo("r");
        }
        ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
        assertThat(record.topic()).isEqualTo("postroad.triggers");
        assertThat(text(record.key())).isEqualTo("r");
        assertThat(Trigger.read(Json.read(record.value()))).isEqualTo(TRIGGER);
        assertThat(text(record.headers().lastHeader(EventHeaders.CONTENT_TYPE).value()))
                .isEqualTo("application/json");
        assertThat(producer.closed()).isTrue();
    }

    @Test
    void givesARunAnIdWhereTheTriggerHasNone() throws FaultsException {
        var producer = producer(true);
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            String runId = client.trigger(WITHOUT_ID);
            assertThat(runId).matches("run-[0-9a-f-]{36}").isNotEqualTo(client.trigger(WITHOUT_ID));
            ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
            assertThat(text(record.key())).isEqualTo(runId);
            assertThat(Trigger.read(Json.read(record.value())).runId()).isEqualTo(runId);
        }
    }

    @Test
    void sendsControlMessagesUnderTheirRunId() throws FaultsException {
        var producer = producer(true);
        var cancel = new Control("r", "c-1", new Control.Cancel("enough"));
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            assertThat(client.control(cancel)).isEqualTo("c-1");
        }
        ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
        assertThat(record.topic()).isEqualTo("postroad.control");
        assertThat(text(record.key())).isEqualTo("r");
        assertThat(Control.read(Json.read(record.value()), null)).isEqualTo(cancel);
    }

    @Test
    void givesACommandAnIdWhereTheMessageHasNone() throws FaultsException {
        var producer = producer(true);
        var retry = new Control("r", null, new Control.Retry());
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            String commandId = client.control(retry);
            assertThat(commandId).isNotEqualTo(client.control(retry));
            ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
            assertThat(Control.read(Json.read(record.value()), null).commandId())
                    .isEqualTo(commandId);
        }
    }

    @Test
    void publishesDefinitionsUnderTheirRegistryKeyAsTheyWereWritten() throws FaultsException {
        var producer = producer(true);
        Definition agent = Definitions.readAll("{ agent: a, kind: java }").getFirst();
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            client.apply(agent);
        }
        ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
        assertThat(record.topic()).isEqualTo("postroad.registry");
        assertThat(text(record.key())).isEqualTo("agent/a");
        assertThat(Json.read(record.value())).isEqualTo(agent.source());
    }

    @Test
    void givesUpWhereNoAcknowledgementComes() {
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer(false))) {
            assertThatThrownBy(() -> client.trigger(TRIGGER))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("kafka.example:9092", "could not be reached in time", "run r", "PT0.2S");
        }
    }

    @Test
    void namesWhatIsMissingOrWasRefused() {
        var producer = producer(true);
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            producer.sendException = new TimeoutException("late", new UnknownTopicOrPartitionException());
            assertThatThrownBy(() -> client.trigger(TRIGGER))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("kafka.example:9092", "has no topic postroad.triggers");
            producer.sendException = new RecordTooLargeException("2 MB");
            assertThatThrownBy(() -> client.trigger(TRIGGER))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("kafka.example:9092", "refused", "run r", "2 MB");
        }
    }

    @Test
    void removesWhatWasPublished() {
        var producer = producer(true);
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            client.remove("agent/researcher");
            assertThatThrownBy(() -> client.remove("researcher"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("agent/NAME");
        }
        assertThat(producer.history()).singleElement().satisfies(record -> {
            assertThat(record.topic()).isEqualTo("postroad.registry");
            assertThat(text(record.key())).isEqualTo("agent/researcher");
            assertThat(record.value()).isNull();
        });
    }

    @Test
    void sendsNothingThatNoWorkerCouldStore() {
        var producer = producer(true);
        var input = JsonNodeFactory.instance.objectNode().put("a", "\0");
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer)) {
            assertThatThrownBy(() -> client.trigger(Trigger.of("hello", "r", input)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("run r", "U+0000");
        }
        assertThat(producer.history()).isEmpty();
    }

    @Test
    void keepsTheInterruptOfAThreadThatWaits() {
        try (var client = new PostroadClient(SETTINGS, TOPICS, producer(false))) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> client.trigger(TRIGGER))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContaining("interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void namesTheServersWhereNoKafkaListens() {
        // Port 1 of the loopback: nobody listens there.
        var properties = Map.of("bootstrap.servers", "127.0.0.1:1");
        try (var client = new PostroadClient(properties, TOPICS, Duration.ofMillis(300))) {
            assertThatThrownBy(() -> client.trigger(TRIGGER))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("127.0.0.1:1", "could not be reached in time");
            assertThatThrownBy(() -> client.watch("r"))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("127.0.0.1:1", "run r");
        }
    }

    @Test
    void refusesPropertiesThatDoNotDo() {
        assertThatThrownBy(() -> new PostroadClient(Map.of(), TOPICS).close())
                .isInstanceOf(PostroadClientException.class)
                .hasMessageContaining("bootstrap.servers is missing");
        assertThatThrownBy(() -> new PostroadClient(Map.of("bootstrap.servers", "no port"), TOPICS).close())
                .isInstanceOf(PostroadClientException.class)
                .hasMessageContaining("no port");
        var noRetries = Map.of("bootstrap.servers", "127.0.0.1:1", "retries", "0");
        assertThatThrownBy(() -> new PostroadClient(noRetries, TOPICS).close())
                .isInstanceOf(PostroadClientException.class)
                .hasMessageContainingAll("127.0.0.1:1", "retries");
    }

    @Test
    void promisesStandAboveTheUsersProperties() {
        var settings = new ClientSettings(
                Map.of("bootstrap.servers", "k:1", "acks", "0", "enable.idempotence", "false", "group.id", "g"),
                Duration.ofSeconds(60));
        assertThat(settings.producer())
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
                .containsEntry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000)
                .containsEntry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 30_000);
        assertThat(settings.consumer()).doesNotContainKey("group.id").containsEntry("enable.auto.commit", false);
    }

    private static MockProducer<byte[], byte[]> producer(boolean acknowledges) {
        return new MockProducer<>(acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
