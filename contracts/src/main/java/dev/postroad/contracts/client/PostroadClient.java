package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.RunIds;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Starts, steers and follows runs over Kafka. What it sends is acknowledged by all in-sync replicas when a method
 * returns. Thread-safe.
 *
 * <p>A failed method leaves open whether the message arrived after all. Sending it again is safe where it has an
 * identity: a trigger its run id, a control message its command id.
 */
public final class PostroadClient implements AutoCloseable {
    /** How long Kafka has for one request where no limit is given. */
    public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(10);

    private static final List<Header> HEADERS =
            List.of(new RecordHeader(EventHeaders.CONTENT_TYPE, "application/json".getBytes(StandardCharsets.UTF_8)));

    private final ClientSettings settings;
    private final Topics topics;
    private final Producer<byte[], byte[]> producer;

    /** Connects with {@link #DEFAULT_TIME_LIMIT}. */
    public PostroadClient(Map<String, ?> kafkaProperties, Topics topics) {
        this(kafkaProperties, topics, DEFAULT_TIME_LIMIT);
    }

    /**
     * Makes a client; Kafka is asked nothing yet.
     *
     * @param kafkaProperties any properties of Kafka's clients, {@code bootstrap.servers} among them
     * @param timeLimit how long Kafka has for one request
     * @throws PostroadClientException where the properties do not do for a client of Kafka
     */
    public PostroadClient(Map<String, ?> kafkaProperties, Topics topics, Duration timeLimit) {
        this(new ClientSettings(Map.copyOf(kafkaProperties), timeLimit), topics);
    }

    private PostroadClient(ClientSettings settings, Topics topics) {
        this(settings, topics, producer(settings));
    }

    PostroadClient(ClientSettings settings, Topics topics, Producer<byte[], byte[]> producer) {
        this.settings = settings;
        this.topics = topics;
        this.producer = producer;
    }

    private static Producer<byte[], byte[]> producer(ClientSettings settings) {
        try {
            return new KafkaProducer<>(settings.producer());
        } catch (KafkaException unfit) {
            throw unfit(settings, unfit);
        }
    }

    /**
     * Asks for a run.
     *
     * @return the run's id: the trigger's own, or a new one where it has none
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public String trigger(Trigger trigger) {
        String runId = trigger.runId() == null ? "run-" + UUID.randomUUID() : trigger.runId();
        JsonNode message = trigger.toJson().put("runId", runId);
        send(topics.triggers(), runId, message, "the trigger of run " + runId);
        return runId;
    }

    /**
     * Steers a run.
     *
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public void control(Control control) {
        String what = control.action().type() + " of run " + control.runId();
        send(topics.control(), control.runId(), control.toJson(), what);
    }

    /**
     * Publishes a graph or an agent.
     *
     * @throws PostroadClientException where Kafka did not acknowledge it in time
     */
    public void apply(Definition definition) {
        send(topics.registry(), definition.registryKey(), definition.source(), definition.registryKey());
    }

    /**
     * Follows a run from now on. The place to begin is settled before this returns: no event of a run that is triggered
     * afterwards is missed.
     *
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public RunWatch watch(String runId) {
        return watch(runId, StartOfWatch.NOW);
    }

    /**
     * Follows a run from a time on, by the clock of the workers.
     *
     * @throws PostroadClientException where Kafka did not answer in time
     */
    public RunWatch watch(String runId, Instant from) {
        return watch(runId, StartOfWatch.at(from));
    }

    private RunWatch watch(String runId, StartOfWatch start) {
        if (!RunIds.isLegal(runId)) {
            throw new IllegalArgumentException("the run id is " + runId + "; use " + RunIds.RULE);
        }
        KafkaConsumer<byte[], byte[]> consumer;
        try {
            consumer = new KafkaConsumer<>(settings.consumer());
        } catch (KafkaException unfit) {
            throw unfit(settings, unfit);
        }
        return RunWatch.open(consumer, runId, topics.events(), start, settings);
    }

    private void send(String topic, String key, JsonNode message, String what) {
        String unstorable = Json.unstorableText(message);
        if (unstorable != null) {
            throw new IllegalArgumentException(what + " " + unstorable);
        }
        var record = new ProducerRecord<>(
                topic, null, null, key.getBytes(StandardCharsets.UTF_8), Json.bytes(message), HEADERS);
        long begun = System.nanoTime();
        try {
            var acknowledged = producer.send(record);
            long left = settings.timeLimit().toNanos() - (System.nanoTime() - begun);
            acknowledged.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw failed(topic, what, failed.getCause() == null ? failed : failed.getCause());
        } catch (TimeoutException | KafkaException failed) {
            throw failed(topic, what, failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed(topic, what, interrupted);
        }
    }

    private PostroadClientException failed(String topic, String what, Throwable cause) {
        String kafka = "Kafka at " + settings.servers();
        if (cause instanceof InterruptedException || cause instanceof InterruptException) {
            return new PostroadClientException(
                    "interrupted before " + kafka + " had acknowledged " + what + "; it may have arrived", cause);
        }
        if (cause instanceof UnknownTopicOrPartitionException
                || cause.getCause() instanceof UnknownTopicOrPartitionException) {
            return noTopic(settings, topic, cause);
        }
        if (cause instanceof TimeoutException || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            return new PostroadClientException(
                    kafka + " could not be reached in time: it did not acknowledge " + what + " within "
                            + settings.timeLimit() + "; see that it runs and that bootstrap.servers is right",
                    cause);
        }
        return new PostroadClientException(kafka + " refused " + what + ": " + cause.getMessage(), cause);
    }

    static PostroadClientException noTopic(ClientSettings settings, String topic, Throwable cause) {
        return new PostroadClientException(
                "Kafka at " + settings.servers() + " has no topic " + topic
                        + "; create it with `postroad migrate`, or correct the prefix of the topics",
                cause);
    }

    private static PostroadClientException unfit(ClientSettings settings, KafkaException unfit) {
        Throwable reason = unfit.getCause() == null ? unfit : unfit.getCause();
        return new PostroadClientException(
                "no client for Kafka at " + settings.servers() + " can be made: " + reason.getMessage(), unfit);
    }

    /** Waits for what is on its way, at most as long as the time limit. Watches stay open. */
    @Override
    public void close() {
        producer.close(settings.timeLimit());
    }
}
