package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.reading.Givers;
import dev.postroad.runtime.reading.Incoming;
import dev.postroad.runtime.reading.RecordHandler;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Keeps the catalog up to date: a value publishes what its key names, a tombstone removes it. Waits for Postgres. */
final class RegistryHandler implements RecordHandler {
    private final Catalog catalog;
    private final Refusals refusals;
    private final RefusedBefore refusedBefore;
    private @Nullable String topicId;

    RegistryHandler(Catalog catalog, Refusals refusals, InstantSource clock) {
        this.catalog = catalog;
        this.refusals = refusals;
        this.refusedBefore = new RefusedBefore(refusals, clock);
    }

    @Override
    public Reception take(Incoming incoming) {
        ConsumerRecord<byte[], byte[]> record = incoming.record();
        meet(record.topic(), incoming.topicId());
        try {
            RegistryKey key = key(record);
            if (!catalog.knows(key, place(record)) && !refusedBefore.contains(incoming)) {
                follow(record, key);
            }
            incoming.done();
        } catch (FaultsException refused) {
            if (refusedBefore.contains(incoming)) {
                incoming.done();
            } else {
                incoming.refuse(String.valueOf(refused.getMessage()));
            }
        }
        return Reception.TAKEN;
    }

    /** What was refused on another topic of that name says nothing of this one. */
    private void meet(String topic, @Nullable String id) {
        if (id != null && !id.equals(topicId)) {
            refusals.forgetOthers(topic, id);
            topicId = id;
        }
    }

    private void follow(ConsumerRecord<byte[], byte[]> record, RegistryKey key) throws FaultsException {
        if (record.value() == null) {
            catalog.remove(key, place(record), Givers.of(record));
            return;
        }
        Definition definition = Definitions.read(Json.read(record.value()));
        if (!definition.registryKey().equals(key.toString())) {
            throw new FaultsException(List.of(new Fault(
                    "",
                    "the key " + key + " does not fit the definition of " + definition.registryKey(),
                    "send it with the key " + definition.registryKey())));
        }
        catalog.publish(definition, place(record), Givers.of(record));
    }

    private static RegistryKey key(ConsumerRecord<byte[], byte[]> record) throws FaultsException {
        return RegistryKey.read(record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8));
    }

    /** When a record was written; of two of the same millisecond, the one behind the other is the later one. */
    private static Instant place(ConsumerRecord<byte[], byte[]> record) {
        return Instant.ofEpochMilli(record.timestamp()).plus(record.offset() % 1_000, ChronoUnit.MICROS);
    }
}
