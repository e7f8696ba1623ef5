package dev.postroad.contracts.client;

import dev.postroad.contracts.message.RunIds;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.Utils;

/**
 * Where the events of one run are: in the partition to which Kafka's own partitioner sends the run's key, or anywhere,
 * where the properties name a partitioner.
 */
record RunPartitions(String topic, String runId, ClientSettings settings) {
    RunPartitions {
        if (!RunIds.isLegal(runId)) {
            throw new IllegalArgumentException("the run id is " + runId + "; use " + RunIds.RULE);
        }
    }

    /** Every partition that the topic has now. */
    List<TopicPartition> all(Consumer<?, ?> consumer) {
        int count = consumer.partitionsFor(topic).size();
        if (count == 0) {
            throw PostroadClientException.noTopic(settings, topic, new UnknownTopicOrPartitionException(topic));
        }
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** Those of the topic's partitions to which the run's events are sent now. */
    List<TopicPartition> of(Collection<TopicPartition> all) {
        if (settings.hasOwnPartitioner()) {
            return List.copyOf(all);
        }
        return List.of(new TopicPartition(topic, of(runId, all.size())));
    }

    /** Where Kafka's own partitioner sends a key. */
    static int of(String key, int partitions) {
        return Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    PostroadClientException failed(KafkaException failed) {
        if (failed instanceof InterruptException) {
            return new PostroadClientException("interrupted while run " + runId + " was followed", failed);
        }
        return new PostroadClientException(
                "run " + runId + " cannot be followed by Kafka at " + settings.servers() + ": " + failed.getMessage(),
                failed);
    }
}
