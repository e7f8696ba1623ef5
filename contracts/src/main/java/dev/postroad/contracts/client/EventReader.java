package dev.postroad.contracts.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tells the events of one run from the other records of the events topic. */
final class EventReader {
    private final String runId;
    private final byte[] key;

    EventReader(String runId) {
        this.runId = runId;
        this.key = runId.getBytes(StandardCharsets.UTF_8);
    }

    boolean concerns(ConsumerRecord<byte[], byte[]> record) {
        return Arrays.equals(record.key(), key) && record.value() != null;
    }

    /**
     * Reads a record of the run.
     *
     * @return empty where the event's type is from a later version
     * @throws PostroadClientException where it is no event
     */
    Optional<RunEvent> read(ConsumerRecord<byte[], byte[]> record) {
        try {
            JsonNode json = Json.readOwn(record.value());
            if (json.path("type").isTextual()
                    && !EventType.isKnown(json.path("type").textValue())) {
                return Optional.empty();
            }
            return Optional.of(RunEvent.read(json));
        } catch (FaultsException unreadable) {
            String place = record.topic() + " partition " + record.partition() + " offset " + record.offset();
            throw new PostroadClientException(
                    "an event of run " + runId + " at " + place + " cannot be read", unreadable);
        }
    }
}
