package dev.postroad.runtime.letters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.history.rows.JsonFields;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be understood or admitted, as it is kept.
 *
 * @param at when it was kept
 * @param topic where it came from, as its header says; empty where it says nothing
 * @param from its place there; null where none is said
 * @param value its first bytes; null where there are none, or they did not fit
 * @param bytes how many there are of them
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record DeadLetter(
        int partition,
        long offset,
        Instant at,
        String topic,
        @Nullable Place from,
        String reason,
        byte @Nullable [] key,
        byte @Nullable [] value,
        int bytes) {

    /** Where a record stands on a topic. */
    public record Place(int partition, long offset) {}

    /** @param most so many bytes of its value are kept in memory */
    static DeadLetter of(ConsumerRecord<byte[], byte[]> record, int most) {
        byte[] value = record.value();
        return new DeadLetter(
                record.partition(),
                record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                header(record, EventHeaders.DEAD_LETTER_TOPIC),
                place(record),
                header(record, EventHeaders.DEAD_LETTER_REASON),
                record.key(),
                value == null || value.length <= most ? value : Arrays.copyOf(value, most),
                value == null ? 0 : value.length);
    }

    /** Of several headers of that name the last counts: the others are the record's own. */
    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static @Nullable Place place(ConsumerRecord<byte[], byte[]> record) {
        try {
            return new Place(
                    Integer.parseInt(header(record, EventHeaders.DEAD_LETTER_PARTITION)),
                    Long.parseLong(header(record, EventHeaders.DEAD_LETTER_OFFSET)));
        } catch (NumberFormatException foreign) {
            return null;
        }
    }

    /** As JSON: bytes that are no text in base64, and where it can be posted once it is mended. */
    public ObjectNode tree(Topics topics) {
        ObjectNode json = JsonFields.object()
                .put("partition", partition)
                .put("offset", offset)
                .put("at", at.toString())
                .put("topic", topic)
                .put("reason", reason)
                .put("bytes", bytes);
        if (from != null) {
            json.putObject("from").put("partition", from.partition()).put("offset", from.offset());
        }
        put(json, "key", key);
        put(json, "value", value);
        if (value != null && value.length < bytes) {
            json.put("cut", true);
        }
        String post = Map.of(
                        topics.triggers(), "/api/triggers",
                        topics.control(), "/api/control",
                        topics.registry(), "/api/registry")
                .get(topic);
        if (post != null) {
            json.put("post", post);
        }
        return json;
    }

    private static void put(ObjectNode json, String name, byte @Nullable [] bytes) {
        if (bytes == null) {
            return;
        }
        try {
            json.put(
                    name,
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException noText) {
            json.put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
        }
    }
}
