package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.publish.Outlets;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the registry topic from its beginning and keeps the catalog up to date: a value publishes what its key names, a
 * tombstone removes it. A record that is refused becomes a dead letter, and what was there before stays. Whatever goes
 * wrong, the registry is then read anew from its beginning, of which the catalog knows the most. Owns one platform thread.
 */
public final class RegistryReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PAUSE_MILLIS = 500;
    private static final long LETTER_MILLIS = 10_000;
    private static final int MOST_LETTERS = 3;

    private final Map<String, Object> config;
    private final Catalog catalog;
    private final Refusals refusals;
    private final Outlets outlets;
    private final InstantSource clock;
    private final String topic;
    private final Thread thread;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> current;
    private volatile boolean stopping;

    /** Whom the reader tells. */
    public record Collaborators(Catalog catalog, Refusals refusals, Outlets outlets, InstantSource clock) {}

    public RegistryReader(Map<String, String> kafka, String topic, Collaborators collaborators) {
        config = new HashMap<>(kafka);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 200);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.topic = topic;
        this.catalog = collaborators.catalog();
        this.refusals = collaborators.refusals();
        this.outlets = collaborators.outlets();
        this.clock = collaborators.clock();
        this.thread = Thread.ofPlatform().name("postroad-registry").unstarted(this::loop);
    }

    /** Starts following. */
    public void start() {
        thread.start();
    }

    /** Whether it follows the registry, or tries to. Thread-safe. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void loop() {
        while (!stopping) {
            try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                current = consumer;
                readAll(consumer);
            } catch (WakeupException stop) {
                LOG.debug("the registry reader stops");
            } catch (RuntimeException broken) {
                // Kafka's consumers give up on a cluster that is away for longer than their patience.
                LOG.warn("the registry cannot be followed, and is read anew: {}", broken.toString());
                // An interrupt is of no meaning here, and would end the pause.
                boolean _ = Thread.interrupted();
                pause();
            }
        }
    }

    private void readAll(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        while (!stopping) {
            Instant asked = clock.instant();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                takeUp(record);
            }
            if (ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
                catalog.currentAsOf(asked);
            }
        }
    }

    private void takeUp(ConsumerRecord<byte[], byte[]> record) {
        while (!stopping) {
            try {
                read(record);
                return;
            } catch (JdbiException away) {
                LOG.warn("Postgres cannot take a definition yet: {}", away.getMessage());
                pause();
            }
        }
    }

    private void read(ConsumerRecord<byte[], byte[]> record) {
        try {
            RegistryKey key = key(record);
            if (!catalog.knows(key, place(record)) && !refusals.contains(record)) {
                follow(record, key);
            }
        } catch (FaultsException refused) {
            if (!refusals.contains(record)) {
                refuse(record, String.valueOf(refused.getMessage()));
            }
        }
    }

    private void follow(ConsumerRecord<byte[], byte[]> record, RegistryKey key) throws FaultsException {
        if (record.value() == null) {
            catalog.remove(key, place(record));
            return;
        }
        Definition definition = Definitions.read(Json.read(record.value()));
        if (!definition.registryKey().equals(key.toString())) {
            throw new FaultsException(List.of(new Fault(
                    "",
                    "the key " + key + " does not fit the definition of " + definition.registryKey(),
                    "send it with the key " + definition.registryKey())));
        }
        catalog.publish(definition, place(record));
    }

    private static RegistryKey key(ConsumerRecord<byte[], byte[]> record) throws FaultsException {
        return RegistryKey.read(record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8));
    }

    /** When a record was written; of two of the same millisecond, the one behind the other is the later one. */
    private static Instant place(ConsumerRecord<byte[], byte[]> record) {
        return Instant.ofEpochMilli(record.timestamp()).plus(record.offset() % 1_000, ChronoUnit.MICROS);
    }

    /** Noted only once Kafka has the dead letter, so that a worker that is killed in between loses none. */
    private void refuse(ConsumerRecord<byte[], byte[]> record, String reason) {
        for (int i = 0; i < MOST_LETTERS && !stopping; i++) {
            CountDownLatch kept = new CountDownLatch(1);
            outlets.deadLetter(record, reason, kept::countDown);
            if (isOver(kept)) {
                refusals.add(record, reason);
                return;
            }
        }
    }

    private static boolean isOver(CountDownLatch kept) {
        try {
            return kept.await(LETTER_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopping = true;
        KafkaConsumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
