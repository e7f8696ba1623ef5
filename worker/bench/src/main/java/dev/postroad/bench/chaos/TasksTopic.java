package dev.postroad.bench.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.bench.Place;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What workers sent to the agent on Kafka. */
final class TasksTopic {
    private TasksTopic() {}

    /**
     * All of it but what was cancelled, each with the time when it was decided, as its deadline tells it: a record's own is by
     * the clock of a worker's machine, which may be wrong.
     */
    static List<Agents.Sent> read(Place place) {
        List<Agents.Sent> sent = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", place.servers().kafka()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    consumer.partitionsFor(place.topics().agentTasks(RemoteMain.AGENT)).stream()
                            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                            .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    add(record, sent);
                }
            }
        }
        return sent;
    }

    private static void add(ConsumerRecord<byte[], byte[]> record, List<Agents.Sent> sent) {
        try {
            JsonNode task = Json.read(record.value());
            if (!task.path("cancelled").asBoolean()) {
                sent.add(new Agents.Sent(
                        new String(record.key(), StandardCharsets.UTF_8),
                        task.path("task").asText(),
                        task.path("attempt").asInt(),
                        Instant.parse(task.path("deadline").asText()).minus(ChaosRun.TIMEOUT)));
            }
        } catch (FaultsException unreadable) {
            throw new IllegalStateException("a task at " + record.offset() + " is no JSON", unreadable);
        }
    }
}
