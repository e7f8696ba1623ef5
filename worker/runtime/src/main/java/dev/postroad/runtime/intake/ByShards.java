package dev.postroad.runtime.intake;

import dev.postroad.runtime.reading.Assignment;
import dev.postroad.runtime.reading.Pages;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The partitions of the shards that this worker owns, as far as the topic has them. */
final class ByShards implements Assignment {
    private final String topic;
    private final ShardOwner owner;
    private Map<Integer, Long> epochs = Map.of();
    private @Nullable Pages pages;

    ByShards(String topic, ShardOwner owner) {
        this.topic = topic;
        this.owner = owner;
    }

    @Override
    public void begin(Consumer<byte[], byte[]> consumer, Pages told) {
        pages = told;
    }

    @Override
    public void follow(Consumer<byte[], byte[]> consumer, int partitions) {
        epochs = owner.epochs();
        Set<TopicPartition> wanted = epochs.keySet().stream()
                .filter(shard -> shard < partitions)
                .map(shard -> new TopicPartition(topic, shard))
                .collect(Collectors.toSet());
        Set<TopicPartition> assigned = consumer.assignment();
        if (pages == null || wanted.equals(assigned)) {
            return;
        }
        Set<TopicPartition> gone = new HashSet<>(assigned);
        gone.removeAll(wanted);
        Set<TopicPartition> come = new HashSet<>(wanted);
        come.removeAll(assigned);
        pages.commit(gone);
        consumer.assign(wanted);
        pages.close(gone);
        pages.open(come);
    }

    @Override
    public @Nullable Long turn(int partition) {
        return epochs.get(partition);
    }

    @Override
    public boolean keepsPlace() {
        return true;
    }
}
