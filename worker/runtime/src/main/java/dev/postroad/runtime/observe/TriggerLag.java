package dev.postroad.runtime.observe;

import dev.postroad.runtime.observe.LagJudge.Unread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks at how many triggers wait in Kafka, on all shards, whoever owns them: those behind the offsets that the workers
 * committed, which they do after the admissions are. It asks Kafka, and leaves the thread that polls alone. Confined to
 * one thread, but for {@link #close}.
 */
public final class TriggerLag implements Looks.Look, AutoCloseable {
    private final Admin kafka;
    private final String topic;
    private final String group;
    private final InstantSource clock;
    private final LagJudge judge = new LagJudge();

    /**
     * @param properties of a client of Kafka
     * @param topic the topic of triggers
     * @param group the consumer group of the workers
     */
    public TriggerLag(Map<String, String> properties, String topic, String group, InstantSource clock) {
        Map<String, Object> limited = new HashMap<>(properties);
        limited.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) Looks.LIMIT.toMillis());
        limited.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) Looks.LIMIT.toMillis());
        this.kafka = Admin.create(limited);
        this.topic = topic;
        this.group = group;
        this.clock = clock;
    }

    @Override
    public PartHealth look() throws UnansweredException, InterruptedException {
        Map<TopicPartition, Long> ends = offsets(latest());
        Map<TopicPartition, OffsetAndMetadata> committed =
                answer(kafka.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<TopicPartition, OffsetSpec> behind = new HashMap<>();
        ends.forEach((partition, end) -> {
            if (end > offset(committed, partition)) {
                behind.put(partition, OffsetSpec.earliest());
            }
        });
        Map<Integer, Unread> unread = new HashMap<>();
        // What was deleted is not waited for.
        offsets(behind).forEach((partition, first) -> {
            long from = Math.max(first, offset(committed, partition));
            long end = ends.getOrDefault(partition, from);
            unread.put(partition.partition(), new Unread(from, Math.max(0, end - from)));
        });
        return judge.judge(unread, clock.instant());
    }

    private static long offset(Map<TopicPartition, OffsetAndMetadata> committed, TopicPartition partition) {
        OffsetAndMetadata offset = committed.get(partition);
        return offset == null ? 0 : offset.offset();
    }

    private Map<TopicPartition, OffsetSpec> latest() throws UnansweredException, InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        var description = answer(kafka.describeTopics(List.of(topic)).allTopicNames());
        description.values().stream()
                .flatMap(described -> described.partitions().stream())
                .forEach(
                        partition -> latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
        return latest;
    }

    private Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetSpec> wanted)
            throws UnansweredException, InterruptedException {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, ListOffsetsResultInfo> found =
                answer(kafka.listOffsets(wanted).all());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        found.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    private static <T> T answer(KafkaFuture<T> asked) throws UnansweredException, InterruptedException {
        try {
            return asked.get(Looks.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException refused) {
            throw new UnansweredException(refused.getCause() == null ? refused : refused.getCause());
        } catch (TimeoutException late) {
            throw new UnansweredException(late);
        }
    }

    @Override
    public void close() {
        kafka.close(Duration.ZERO);
    }
}
