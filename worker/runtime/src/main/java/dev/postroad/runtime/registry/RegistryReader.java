package dev.postroad.runtime.registry;

import dev.postroad.contracts.definition.Definition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.publish.Outlets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the registry topic from its beginning and keeps the catalog up to date. A record that is refused becomes a
 * dead letter, and what was there before stays. Owns one platform thread.
 */
public final class RegistryReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PAUSE_MILLIS = 500;

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Catalog catalog;
    private final Outlets outlets;
    private final InstantSource clock;
    private final String topic;
    private final Thread thread;
    private volatile boolean stopping;

    public RegistryReader(
            Map<String, String> kafka, String topic, Catalog catalog, Outlets outlets, InstantSource clock) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 200);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        this.consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.topic = topic;
        this.catalog = catalog;
        this.outlets = outlets;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("postroad-registry").unstarted(this::loop);
    }

    /** Starts following. */
    public void start() {
        thread.start();
    }

    private void loop() {
        try (consumer) {
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
        } catch (WakeupException stop) {
            LOG.debug("the registry reader stops");
        } catch (KafkaException broken) {
            LOG.error("the registry can no longer be followed; restart this worker", broken);
        }
    }

    private void takeUp(ConsumerRecord<byte[], byte[]> record) {
        while (!stopping) {
            try {
                Definition definition = definition(record);
                catalog.publish(definition, Instant.ofEpochMilli(record.timestamp()));
                return;
            } catch (FaultsException refused) {
                outlets.deadLetter(record, String.valueOf(refused.getMessage()), () -> {});
                return;
            } catch (JdbiException away) {
                LOG.warn("Postgres cannot take a definition yet: {}", away.getMessage());
                pause();
            }
        }
    }

    private static Definition definition(ConsumerRecord<byte[], byte[]> record) throws FaultsException {
        if (record.value() == null) {
            throw new FaultsException(List.of(new Fault("", "definitions cannot be removed yet", "publish another")));
        }
        return Definitions.read(Json.read(record.value()));
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
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
