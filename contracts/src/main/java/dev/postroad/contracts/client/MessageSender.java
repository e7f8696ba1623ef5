package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/** Sends messages, each acknowledged when {@link #send} returns. Thread-safe. */
final class MessageSender implements AutoCloseable {
    private static final List<Header> HEADERS =
            List.of(new RecordHeader(EventHeaders.CONTENT_TYPE, "application/json".getBytes(StandardCharsets.UTF_8)));

    private final ClientSettings settings;
    private final Producer<byte[], byte[]> producer;

    MessageSender(ClientSettings settings, Producer<byte[], byte[]> producer) {
        this.settings = settings;
        this.producer = producer;
    }

    static MessageSender open(ClientSettings settings) {
        try {
            return new MessageSender(settings, new KafkaProducer<>(settings.producer()));
        } catch (KafkaException unfit) {
            throw PostroadClientException.unfit(settings, unfit);
        }
    }

    /**
     * Sends a message and waits for its acknowledgement.
     *
     * @param what names the message where it cannot be sent
     * @return where it stands now
     */
    RecordPlace send(String topic, String key, JsonNode message, String what) {
        return send(topic, key, message, null, what);
    }

    /**
     * The same by somebody.
     *
     * @param by who sends it, in a header; null where nobody says
     */
    RecordPlace send(String topic, String key, JsonNode message, @Nullable String by, String what) {
        return sendWith(topic, key, message, headers(EventHeaders.BY, by), what);
    }

    private RecordPlace sendWith(String topic, String key, JsonNode message, List<Header> headers, String what) {
        String unstorable = Json.unstorableText(message);
        if (unstorable != null) {
            throw new IllegalArgumentException(what + " " + unstorable);
        }
        return sendBytes(topic, key, Json.bytes(message), headers, what);
    }

    /**
     * The same as part of a trace.
     *
     * @param traceParent W3C trace context, in a header; null for none
     */
    RecordPlace sendTraced(String topic, String key, JsonNode message, @Nullable String traceParent, String what) {
        return sendWith(topic, key, message, headers(EventHeaders.TRACE_PARENT, traceParent), what);
    }

    /** Has a compacted topic forget a key, and waits for the acknowledgement. */
    void sendTombstone(String topic, String key, @Nullable String by, String what) {
        sendBytes(topic, key, null, headers(EventHeaders.BY, by), what);
    }

    private static List<Header> headers(String name, @Nullable String value) {
        return value == null
                ? HEADERS
                : List.of(HEADERS.getFirst(), new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8)));
    }

    private RecordPlace sendBytes(
            String topic, String key, byte @Nullable [] value, List<Header> headers, String what) {
        var record = new ProducerRecord<>(topic, null, null, key.getBytes(StandardCharsets.UTF_8), value, headers);
        long begun = System.nanoTime();
        try {
            var acknowledged = producer.send(record);
            long left = settings.timeLimit().toNanos() - (System.nanoTime() - begun);
            RecordMetadata stored = acknowledged.get(Math.max(0, left), TimeUnit.NANOSECONDS);
            return new RecordPlace(stored.topic(), stored.partition(), stored.offset());
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
            return PostroadClientException.noTopic(settings, topic, cause);
        }
        if (cause instanceof TimeoutException || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            return new PostroadClientException(
                    kafka + " could not be reached in time: it did not acknowledge " + what + " within "
                            + settings.timeLimit() + "; see that it runs and that bootstrap.servers is right",
                    cause);
        }
        return new PostroadClientException(kafka + " refused " + what + ": " + cause.getMessage(), cause);
    }

    /** Waits for what is on its way, at most as long as the time limit. */
    @Override
    public void close() {
        producer.close(settings.timeLimit());
    }
}
