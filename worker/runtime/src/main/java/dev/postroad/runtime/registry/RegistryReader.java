package dev.postroad.runtime.registry;

import dev.postroad.runtime.background.Stoppable;
import dev.postroad.runtime.reading.Consumers;
import dev.postroad.runtime.reading.DeadLetters;
import dev.postroad.runtime.reading.PartitionReader;
import dev.postroad.runtime.reading.TopicLook;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * Follows the registry topic from its beginning and keeps the catalog up to date. A record that is refused becomes a
 * dead letter, and what was there before stays. Owns one platform thread.
 */
public final class RegistryReader implements Stoppable {
    /** Each is compiled and stored before the next, and the reader is to be heard of meanwhile. */
    private static final int MOST_AT_ONCE = 50;

    private final NotedLetters letters;
    private final PartitionReader reader;

    /** Whom the reader tells. */
    public record Collaborators(
            Catalog catalog, Refusals refusals, DeadLetters letters, TopicLook look, InstantSource clock) {}

    public RegistryReader(Map<String, String> kafka, String topic, Collaborators collaborators) {
        Map<String, String> own = new HashMap<>(kafka);
        own.remove(ConsumerConfig.GROUP_ID_CONFIG);
        own.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        Catalog catalog = collaborators.catalog();
        letters = new NotedLetters(collaborators.letters(), collaborators.refusals(), collaborators.clock());
        reader = new PartitionReader(
                "postroad-registry",
                "the registry",
                topic,
                new PartitionReader.Collaborators(
                        new Consumers(
                                own,
                                Map.of(
                                        ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                                        200,
                                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                        MOST_AT_ONCE),
                                consumer -> () -> {}),
                        collaborators.look(),
                        new AllPartitions(topic, catalog::currentAsOf, collaborators.clock()),
                        new RegistryHandler(catalog, collaborators.refusals(), collaborators.clock()),
                        letters),
                collaborators.clock());
    }

    /** Starts following. */
    public void start() {
        reader.start();
    }

    /** Whether it follows the registry, or tries to. Thread-safe. */
    public boolean isAlive() {
        return reader.isAlive();
    }

    /** When the registry was last read. Thread-safe. */
    public Instant lastPoll() {
        return reader.lastPoll();
    }

    /** Why the registry is not followed at present; null where it is. Thread-safe. */
    public @Nullable String problem() {
        return reader.problem();
    }

    @Override
    public void stop() {
        reader.stop();
    }

    @Override
    public void close() {
        reader.close();
        letters.close();
    }
}
