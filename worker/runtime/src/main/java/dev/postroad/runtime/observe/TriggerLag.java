package dev.postroad.runtime.observe;

import dev.postroad.runtime.observe.FirstRecords.Range;
import dev.postroad.runtime.observe.LagJudge.Unread;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks at how many triggers wait in Kafka, on all shards, whoever owns them: those behind the offsets that the workers
 * committed, which they do after the admissions are. It asks Kafka, and leaves the thread that polls alone.
 *
 * <p>Offsets do not tell how many triggers wait: transactions leave markers between them that nobody can read, and may
 * be aborted, or open still. So the end is the one that a reader of committed records can come to, and where the
 * workers' offset stands still before it, Kafka is asked whether there is a record at all. Confined to one thread, but
 * for what was found last.
 */
public final class TriggerLag implements ServerWatch.Look, AutoCloseable {
    private final Admin kafka;
    private final String topic;
    private final String group;
    private final InstantSource clock;
    private final LagJudge judge = new LagJudge();
    private final FirstRecords records;
    private final Map<TopicPartition, Seen> seen = new HashMap<>();
    private volatile Map<Integer, Long> waiting = Map.of();

    /**
     * Where a shard stood.
     *
     * @param from the first offset that was not committed
     * @param first there is no record from there to before this offset
     * @param isRecord whether there is one at that offset
     */
    private record Seen(long from, long first, boolean isRecord) {
        Unread unread(long end) {
            return new Unread(first, Math.max(0, end - first));
        }
    }

    /**
     * @param properties of a client of Kafka
     * @param topic the topic of triggers
     * @param group the consumer group of the workers
     */
    public TriggerLag(Map<String, String> properties, String topic, String group, InstantSource clock) {
        Map<String, Object> limited = new HashMap<>(properties);
        limited.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ServerWatch.LIMIT.toMillis());
        limited.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ServerWatch.LIMIT.toMillis());
        this.kafka = Admin.create(limited);
        this.records = new FirstRecords(properties);
        this.topic = topic;
        this.group = group;
        this.clock = clock;
    }

    @Override
    public PartHealth look() throws UnansweredException, InterruptedException {
        Map<TopicPartition, Long> ends = offsets(latest(), IsolationLevel.READ_COMMITTED);
        Map<TopicPartition, OffsetAndMetadata> committed =
                answer(kafka.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
        Map<TopicPartition, OffsetSpec> behind = new HashMap<>();
        ends.forEach((partition, end) -> {
            if (end > offset(committed, partition)) {
                behind.put(partition, OffsetSpec.earliest());
            }
        });
        Map<TopicPartition, Range> rests = new HashMap<>();
        // What was deleted is not waited for.
        offsets(behind, IsolationLevel.READ_UNCOMMITTED).forEach((partition, first) -> {
            long from = Math.max(first, offset(committed, partition));
            rests.put(partition, new Range(from, ends.getOrDefault(partition, from)));
        });
        lookAt(rests);
        Map<Integer, Unread> unread = new HashMap<>();
        seen.forEach((partition, stand) ->
                unread.put(partition.partition(), stand.unread(ends.getOrDefault(partition, 0L))));
        waiting = unread.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, shard -> shard.getValue().count()));
        return judge.judge(unread, clock.instant());
    }

    /** How many triggers waited at the last look. Thread-safe. */
    public long waiting() {
        return waiting.values().stream().mapToLong(Long::longValue).sum();
    }

    /** How many triggers of some shards waited at the last look. Thread-safe. */
    public long waiting(Set<Integer> shards) {
        Map<Integer, Long> found = waiting;
        return shards.stream().mapToLong(shard -> found.getOrDefault(shard, 0L)).sum();
    }

    /** Asks for records only where nothing was committed since the last look: who moves on has something to read. */
    private void lookAt(Map<TopicPartition, Range> rests) throws UnansweredException, InterruptedException {
        seen.keySet().retainAll(rests.keySet());
        Map<TopicPartition, Range> unknown = new HashMap<>();
        rests.forEach((partition, rest) -> {
            Seen before = seen.get(partition);
            if (before == null || before.from() != rest.from()) {
                seen.put(partition, new Seen(rest.from(), rest.from(), false));
            } else if (!before.isRecord() && before.first() < rest.end()) {
                unknown.put(partition, new Range(before.first(), rest.end()));
            }
        });
        if (unknown.isEmpty()) {
            return;
        }
        records.find(unknown).forEach((partition, first) -> {
            Range asked = Objects.requireNonNull(unknown.get(partition));
            long from = Objects.requireNonNull(rests.get(partition)).from();
            seen.put(partition, new Seen(from, first, first < asked.end()));
        });
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

    private Map<TopicPartition, Long> offsets(Map<TopicPartition, OffsetSpec> wanted, IsolationLevel isolation)
            throws UnansweredException, InterruptedException {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<TopicPartition, ListOffsetsResultInfo> found = answer(
                kafka.listOffsets(wanted, new ListOffsetsOptions(isolation)).all());
        Map<TopicPartition, Long> offsets = new HashMap<>();
        found.forEach((partition, offset) -> offsets.put(partition, offset.offset()));
        return offsets;
    }

    private static <T> T answer(KafkaFuture<T> asked) throws UnansweredException, InterruptedException {
        try {
            return asked.get(ServerWatch.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException refused) {
            throw new UnansweredException(refused.getCause() == null ? refused : refused.getCause());
        } catch (TimeoutException late) {
            throw new UnansweredException(late);
        }
    }

    @Override
    public void close() {
        kafka.close(Duration.ZERO);
        records.close();
    }
}
