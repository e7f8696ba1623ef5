package dev.postroad.runtime.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.availability.AgentEventType;
import dev.postroad.runtime.availability.AgentEvents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The registry records that were refused, each noted once whichever workers refuse it. Thread-safe. */
public final class Refusals {
    private static final int MAX_REASON = 2_000;

    private final Jdbi jdbi;
    private final AgentEvents events;

    public Refusals(Jdbi jdbi, AgentEvents events) {
        this.jdbi = jdbi;
        this.events = events;
    }

    /** Whether a record was refused before. */
    boolean contains(ConsumerRecord<byte[], byte[]> record) {
        return jdbi.withHandle(handle -> handle.createQuery("""
            SELECT EXISTS (SELECT FROM postroad.refused_definitions
                           WHERE topic = :topic AND partition = :partition AND "offset" = :offset
                             AND written_at = :at)\
            """)
                .bind("topic", record.topic())
                .bind("partition", record.partition())
                .bind("offset", record.offset())
                .bind("at", Instant.ofEpochMilli(record.timestamp()).atOffset(ZoneOffset.UTC))
                .mapTo(Boolean.class)
                .one());
    }

    /** Forgets what was refused on other topics of a name, which are no more. */
    void forgetOthers(String topic, String topicId) {
        jdbi.useHandle(handle -> handle.execute(
                "DELETE FROM postroad.refused_definitions WHERE topic = ? AND topic_id <> ?", topic, topicId));
    }

    /** Notes that a record is refused, and tells of it where it is about an agent. */
    void add(ConsumerRecord<byte[], byte[]> record, @Nullable String topicId, String reason) {
        String text = StorableText.of(reason, MAX_REASON);
        jdbi.useTransaction(handle -> {
            if (isNew(handle, record, topicId, text)) {
                agent(record).ifPresent(agent -> tell(handle, agent, record, text));
            }
        });
    }

    private static boolean isNew(
            Handle handle, ConsumerRecord<byte[], byte[]> record, @Nullable String topicId, String reason) {
        return handle.execute(
                        """
                        INSERT INTO postroad.refused_definitions (topic, topic_id, partition, "offset", written_at, reason)
                        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING\
                        """,
                        record.topic(),
                        topicId,
                        record.partition(),
                        record.offset(),
                        Instant.ofEpochMilli(record.timestamp()).atOffset(ZoneOffset.UTC),
                        reason)
                == 1;
    }

    private void tell(Handle handle, String agent, ConsumerRecord<byte[], byte[]> record, String reason) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("reason", reason);
        data.putObject("record")
                .put("topic", record.topic())
                .put("partition", record.partition())
                .put("offset", record.offset());
        events.append(handle, agent, AgentEventType.REFUSED, data);
    }

    /** The agent that a record means by its key, or else by what it says. */
    private static Optional<String> agent(ConsumerRecord<byte[], byte[]> record) {
        try {
            RegistryKey key =
                    RegistryKey.read(record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8));
            return key.kind() == RegistryKey.Kind.AGENT ? Optional.of(key.name()) : Optional.empty();
        } catch (FaultsException noKey) {
            return defined(record);
        }
    }

    private static Optional<String> defined(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return Optional.empty();
        }
        try {
            JsonNode value = Json.read(record.value());
            String key = "agent/" + value.path("agent").asText();
            return Optional.of(RegistryKey.read(key).name());
        } catch (FaultsException nothing) {
            return Optional.empty();
        }
    }
}
