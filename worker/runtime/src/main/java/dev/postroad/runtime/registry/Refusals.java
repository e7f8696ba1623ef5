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
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    /** The offsets of a partition from a record's on that were refused before, and when what stands there was written. */
    Map<Long, Instant> from(ConsumerRecord<byte[], byte[]> record, int number) {
        return jdbi.withHandle(handle -> handle.createQuery("""
            SELECT "offset", written_at FROM postroad.refused_definitions
            WHERE topic = :topic AND partition = :partition AND "offset" >= :offset AND "offset" < :offset + :number\
            """)
                .bind("topic", record.topic())
                .bind("partition", record.partition())
                .bind("offset", record.offset())
                .bind("number", number)
                .reduceRows(new HashMap<>(), (found, row) -> {
                    found.put(
                            row.getColumn("offset", Long.class),
                            row.getColumn("written_at", OffsetDateTime.class).toInstant());
                    return found;
                }));
    }

    /** Forgets what was refused on other topics of a name, which are no more. */
    void forgetOthers(String topic, String topicId) {
        jdbi.useHandle(handle -> handle.execute(
                "DELETE FROM postroad.refused_definitions WHERE topic = ? AND topic_id <> ?", topic, topicId));
    }

    /** A record that is refused. */
    record Refusal(
            ConsumerRecord<byte[], byte[]> record, @Nullable String topicId, String reason) {
        Refusal {
            reason = StorableText.of(reason, MAX_REASON);
        }
    }

    /** Notes that records are refused, and tells of those that are about an agent. */
    void add(List<Refusal> refusals) {
        // In one order everywhere, so that workers which refuse the same do not wait for each other in a circle.
        List<Refusal> sorted = refusals.stream()
                .sorted(Comparator.<Refusal>comparingInt(
                                refusal -> refusal.record().partition())
                        .thenComparingLong(refusal -> refusal.record().offset()))
                .toList();
        jdbi.useTransaction(handle -> {
            for (Refusal refusal :
                    sorted.stream().filter(each -> isNew(handle, each)).toList()) {
                agent(refusal.record()).ifPresent(agent -> tell(handle, agent, refusal));
            }
        });
    }

    private static boolean isNew(Handle handle, Refusal refusal) {
        return handle.execute(
                        """
                        INSERT INTO postroad.refused_definitions (topic, topic_id, partition, "offset", written_at, reason)
                        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING\
                        """,
                        refusal.record().topic(),
                        refusal.topicId(),
                        refusal.record().partition(),
                        refusal.record().offset(),
                        Instant.ofEpochMilli(refusal.record().timestamp()).atOffset(ZoneOffset.UTC),
                        refusal.reason())
                == 1;
    }

    private void tell(Handle handle, String agent, Refusal refusal) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("reason", refusal.reason());
        data.putObject("record")
                .put("topic", refusal.record().topic())
                .put("partition", refusal.record().partition())
                .put("offset", refusal.record().offset());
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
