package dev.postroad.runtime.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.reading.Pages;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ByGroupTest {
    /** Of a client that counted them otherwise nothing would be taken for Kafka's word. */
    @Test
    void theOwnerOfShardsIsToldHowManyHeartbeatsKafkaAnswers() {
        Owner owner = new Owner();
        try (Site site = Site.open();
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                site.kafka(),
                                "group.id",
                                site.topics().prefix() + "beats",
                                "heartbeat.interval.ms",
                                "100"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            new ByGroup(site.topics().triggers(), owner, () -> true).begin(consumer, new NoPages());
            assertThat(owner.answered.getAsLong()).isZero();
            Site.await("three were answered", () -> {
                consumer.poll(Duration.ofMillis(50));
                return owner.answered.getAsLong() >= 3;
            });
            assertThat(owner.shards).containsExactly(0, 1, 2, 3);
        }
    }

    private static final class Owner implements ShardOwner {
        private final Set<Integer> shards = new TreeSet<>();
        private LongSupplier answered = () -> -1;

        @Override
        public void heartbeats(LongSupplier counted) {
            answered = counted;
        }

        @Override
        public void assigned(Set<Integer> more) {
            shards.addAll(more);
        }

        @Override
        public void revoked(Set<Integer> less) {
            shards.removeAll(less);
        }

        @Override
        public Map<Integer, Long> epochs() {
            return Map.of();
        }
    }

    private static final class NoPages implements Pages {
        @Override
        public void open(Collection<TopicPartition> partitions) {}

        @Override
        public void commit(Collection<TopicPartition> partitions) {}

        @Override
        public void close(Collection<TopicPartition> partitions) {}

        @Override
        public boolean isHandedOver(TopicPartition partition, long upTo) {
            return true;
        }
    }
}
