package dev.postroad.runtime.intake;

import dev.postroad.runtime.reading.Assignment;
import dev.postroad.runtime.reading.Pages;
import java.util.Collection;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that Kafka gives to this member of the worker's group. Each is a shard, and read while that is owned:
 * a shard that is owned no more while Kafka still gives it to this worker was fenced, and its lane has dropped what was
 * not committed.
 */
final class ByGroup implements Assignment {
    private static final Logger LOG = LoggerFactory.getLogger(ByGroup.class);

    /** As Kafka's client counts it, with the answer. */
    private static final String ANSWERED = "heartbeat-total";

    private final String topic;
    private final ShardOwner owner;
    private final BooleanSupplier goesOn;
    private boolean told;

    /** @param goesOn whether this worker is to stay in the group */
    ByGroup(String topic, ShardOwner owner, BooleanSupplier goesOn) {
        this.topic = topic;
        this.owner = owner;
        this.goesOn = goesOn;
    }

    @Override
    public void begin(Consumer<byte[], byte[]> consumer, Pages pages) {
        Metric answered = consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(ANSWERED))
                .findFirst()
                .orElseThrow();
        owner.heartbeats(() -> ((Number) answered.metricValue()).longValue());
        consumer.subscribe(Set.of(topic), new Rebalances(pages));
    }

    @Override
    public void follow(Consumer<byte[], byte[]> consumer, int partitions) {}

    @Override
    public @Nullable Long turn(int partition) {
        return owner.epochs().get(partition);
    }

    @Override
    public boolean keepsPlace() {
        return true;
    }

    @Override
    public boolean goesOn() {
        if (goesOn.getAsBoolean()) {
            return true;
        }
        if (!told) {
            LOG.error("a lane has stopped, so this worker leaves its shards to others; restart it");
            told = true;
        }
        return false;
    }

    private static Set<Integer> shards(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        private final Pages pages;

        Rebalances(Pages pages) {
            this.pages = pages;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            pages.open(partitions);
            owner.assigned(shards(partitions));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            owner.revoked(shards(partitions));
            pages.commit(partitions);
            pages.close(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            owner.revoked(shards(partitions));
            pages.close(partitions);
        }
    }
}
