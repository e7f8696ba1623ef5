package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All events that were published, as a subscriber that removes repeats sees them. Confined to one thread. */
final class EventsTopic implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Integer> last = new HashMap<>();
    private final List<TopicPartition> partitions;
    private long distinct;
    private final List<String> outOfOrder = new ArrayList<>();
    private long repeats;

    EventsTopic(Place place) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", place.servers().kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        partitions = consumer.partitionsFor(place.topics().events()).stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Reads what has come since. */
    void read() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            consumer.poll(Duration.ofMillis(100)).forEach(this::take);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        try {
            RunEvent event = RunEvent.read(record.value());
            if (event.seq() <= 0) {
                return;
            }
            int before = last.getOrDefault(event.runId(), 0);
            if (event.seq() == before + 1) {
                distinct++;
                last.put(event.runId(), event.seq());
            } else if (event.seq() <= before) {
                repeats++;
            } else {
                outOfOrder.add(event.runId() + "/" + event.seq() + " after " + before);
            }
        } catch (FaultsException unreadable) {
            outOfOrder.add("unreadable at " + record.partition() + ":" + record.offset());
        }
    }

    /** Events, without repeats. */
    long distinct() {
        return distinct;
    }

    /** The highest event of each run that came with all before it. */
    Map<String, Integer> published() {
        return Map.copyOf(last);
    }

    /** Events before which another one of their run is missing. */
    List<String> outOfOrder() {
        return List.copyOf(outOfOrder);
    }

    long repeats() {
        return repeats;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
