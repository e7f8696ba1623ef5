package dev.postroad.runtime.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Topics;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is published outside any journal: dead letters and answers to triggers that became no run. Thread-safe. */
public final class Outlets {
    private static final Logger LOG = LoggerFactory.getLogger(Outlets.class);
    private static final int MAX_REASON = 2_000;

    private final Producer<String, byte[]> producer;
    private final Topics topics;
    private final InstantSource clock;

    public Outlets(Producer<String, byte[]> producer, Topics topics, InstantSource clock) {
        this.producer = producer;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Keeps a record that could not be understood, bytes untouched, or without its value where that is too large for
     * the topic; {@code kept} runs when Kafka has it.
     */
    public void deadLetter(ConsumerRecord<byte[], byte[]> record, String reason, Runnable kept) {
        LOG.warn("a record of {} became a dead letter: {}", place(record), reason);
        Headers headers = new RecordHeaders(record.headers().toArray());
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_TOPIC, record.topic()));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_PARTITION, Integer.toString(record.partition())));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_OFFSET, Long.toString(record.offset())));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_REASON, shortened(reason)));
        String key = untouched(record.key());
        ProducerRecord<String, byte[]> whole = letter(key, record.value(), headers);
        var _ = producer.send(whole, (metadata, failure) -> {
            if (failure instanceof RecordTooLargeException) {
                LOG.warn("a dead letter from {} is kept without its value: {}", place(record), failure.getMessage());
                send(letter(key, null, headers), kept);
            } else {
                settle(whole, failure, kept);
            }
        });
    }

    /** Answers a trigger that became no run. */
    public void answer(
            EventType type, String runId, String graph, String reason, ConsumerRecord<?, ?> trigger, Runnable kept) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("runId", runId).put("graph", graph).put("type", type.publicName());
        event.put("at", clock.instant().truncatedTo(ChronoUnit.MICROS).toString());
        ObjectNode data = event.putObject("data");
        data.put("reason", shortened(reason));
        data.putObject("trigger")
                .put("topic", trigger.topic())
                .put("partition", trigger.partition())
                .put("offset", trigger.offset());
        Headers headers = new RecordHeaders(List.of(
                EventRecords.header(EventHeaders.SPEC_VERSION, "1.0"),
                EventRecords.header(EventHeaders.ID, place(trigger)),
                EventRecords.header(EventHeaders.TYPE, EventType.CLOUD_EVENTS_PREFIX + type.publicName()),
                EventRecords.header(EventHeaders.SOURCE, "postroad"),
                EventRecords.header(EventHeaders.CONTENT_TYPE, "application/json")));
        send(new ProducerRecord<>(topics.events(), null, null, runId, Json.bytes(event), headers), kept);
    }

    /** Sends a control record on to the partition of its run's shard. */
    public void forward(ConsumerRecord<byte[], byte[]> record, int shard, String commandId, Runnable kept) {
        Headers headers = new RecordHeaders(record.headers().toArray());
        headers.remove(EventHeaders.COMMAND_ID);
        headers.add(EventRecords.header(EventHeaders.COMMAND_ID, commandId));
        String key = untouched(record.key());
        send(new ProducerRecord<>(topics.control(), shard, null, key, record.value(), headers), kept);
    }

    private ProducerRecord<String, byte[]> letter(
            @Nullable String key, byte @Nullable [] value, Iterable<Header> headers) {
        return new ProducerRecord<>(topics.deadLetters(), null, null, key, value, headers);
    }

    private void send(ProducerRecord<String, byte[]> record, Runnable kept) {
        var _ = producer.send(record, (metadata, failure) -> settle(record, failure, kept));
    }

    private static void settle(ProducerRecord<String, byte[]> record, @Nullable Exception failure, Runnable kept) {
        if (failure == null) {
            kept.run();
        } else {
            // The offset is not committed, so the record is read again by the next owner.
            LOG.error("a record for {} could not be kept", record.topic(), failure);
        }
    }

    /** A text that the producer turns into the same bytes again. */
    private static @Nullable String untouched(byte @Nullable [] key) {
        return key == null ? null : new String(key, StandardCharsets.ISO_8859_1);
    }

    private static String shortened(@Nullable String reason) {
        String text = String.valueOf(reason);
        return text.length() > MAX_REASON ? text.substring(0, MAX_REASON) + "…" : text;
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + ":" + record.partition() + ":" + record.offset();
    }
}
