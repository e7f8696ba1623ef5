package dev.postroad.contracts.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.message.RunEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class RunWatchTest {
    private static final String TOPIC = "postroad.events";
    private static final int PARTITIONS = 7;
    private static final long END = 50;
    private static final ClientSettings SETTINGS =
            new ClientSettings(Map.of("bootstrap.servers", "kafka.example:9092"), Duration.ofSeconds(1));
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, RunWatch.partitionOf("r", PARTITIONS));

    private final MockConsumer<byte[], byte[]> consumer = consumer();
    private long offset = END;

    @Test
    void asksForThePartitionOfTheKeyAsKafkaDoes() {
        for (int i = 0; i < 1_000; i++) {
            String key = "run-" + i;
            assertThat(RunWatch.partitionOf(key, PARTITIONS))
                    .isEqualTo(BuiltInPartitioner.partitionForKey(key.getBytes(StandardCharsets.UTF_8), PARTITIONS));
        }
    }

    @Test
    void beginsBehindTheLastRecordBeforeItReturns() {
        try (RunWatch watch = open()) {
            assertThat(consumer.assignment()).containsExactly(PARTITION);
            assertThat(consumer.position(PARTITION)).isEqualTo(END);
            assertThat(watch.poll(Duration.ZERO)).isEmpty();
        }
        assertThat(consumer.closed()).isTrue();
    }

    @Test
    void readsAllPartitionsWhereKeysGoTheirOwnWay() {
        var settings = new ClientSettings(
                Map.of("bootstrap.servers", "kafka.example:9092", "partitioner.class", "acme.Partitioner"),
                Duration.ofSeconds(1));
        try (RunWatch watch = RunWatch.open(consumer, "r", TOPIC, StartOfWatch.NOW, settings)) {
            assertThat(consumer.assignment()).hasSize(PARTITIONS);
            assertThat(watch.poll(Duration.ZERO)).isEmpty();
        }
    }

    @Test
    void givesEachEventOnceInOrder() {
        try (RunWatch watch = open()) {
            List.of(1, 2, 1, 2, 3, 2, 5).forEach(seq -> add("r", event("r", seq, "node.started")));
            assertThat(all(watch)).extracting(RunEvent::seq).containsExactly(1, 2, 3, 5);
        }
    }

    @Test
    void givesEventsOutsideTheJournalAlways() {
        try (RunWatch watch = open()) {
            add("r", event("r", 1, "run.queued"));
            add("r", event("r", 0, "trigger.duplicate"));
            add("r", event("r", 0, "trigger.duplicate"));
            add("r", event("r", 2, "run.started"));
            assertThat(all(watch)).extracting(RunEvent::seq).containsExactly(1, 0, 0, 2);
        }
    }

    @Test
    void passesOverOtherRunsUnknownTypesAndTombstones() {
        try (RunWatch watch = open()) {
            add("s", event("s", 1, "run.queued"));
            add("s", "no JSON at all");
            add("r", event("r", 1, "run.exploded"));
            consumer.addRecord(new ConsumerRecord<>(
                    TOPIC, PARTITION.partition(), offset++, "r".getBytes(StandardCharsets.UTF_8), null));
            add("r", event("r", 2, "run.started"));
            assertThat(all(watch)).extracting(RunEvent::seq).containsExactly(2);
        }
    }

    @Test
    void saysWhichRecordOfTheRunCannotBeRead() {
        try (RunWatch watch = open()) {
            add("r", "{\"type\":");
            assertThatThrownBy(() -> watch.poll(Duration.ZERO))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("run r", TOPIC, "offset " + END);
        }
    }

    @Test
    void saysWhereKafkaWasThatRefused() {
        try (RunWatch watch = open()) {
            consumer.setPollException(new KafkaException("no entry"));
            assertThatThrownBy(() -> watch.poll(Duration.ZERO))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("kafka.example:9092", "no entry");
        }
    }

    @Test
    void saysThatTheTopicIsMissing() {
        consumer.updatePartitions(TOPIC, List.of());
        assertThatThrownBy(this::open)
                .isInstanceOf(PostroadClientException.class)
                .hasMessageContainingAll("kafka.example:9092", "has no topic postroad.events");
        assertThat(consumer.closed()).isTrue();
    }

    @Test
    void waitsAsLongAsItIsToldAndNoLonger() {
        long[] now = {0};
        var watch = new RunWatch(consumer, "r", "kafka.example:9092", () -> now[0]);
        consumer.assign(List.of(PARTITION));
        consumer.seek(PARTITION, END);
        int[] polls = {0};
        for (int i = 0; i < 10; i++) {
            consumer.schedulePollTask(() -> {
                polls[0]++;
                now[0] += Duration.ofMillis(300).toNanos();
                add("s", "of another run");
            });
        }
        assertThat(watch.poll(Duration.ofSeconds(1))).isEmpty();
        assertThat(polls[0]).isEqualTo(4);
        watch.close();
    }

    private RunWatch open() {
        return RunWatch.open(consumer, "r", TOPIC, StartOfWatch.NOW, SETTINGS);
    }

    private static List<RunEvent> all(RunWatch watch) {
        List<RunEvent> events = new ArrayList<>();
        Optional<RunEvent> next = watch.poll(Duration.ZERO);
        while (next.isPresent()) {
            events.add(next.get());
            next = watch.poll(Duration.ZERO);
        }
        return events;
    }

    private void add(String key, String value) {
        consumer.addRecord(new ConsumerRecord<>(
                TOPIC,
                PARTITION.partition(),
                offset++,
                key.getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8)));
    }

    private static String event(String runId, int seq, String type) {
        String place = seq == 0 ? "" : "\"seq\":" + seq + ",";
        return "{\"runId\":\"" + runId + "\"," + place + "\"type\":\"" + type + "\",\"at\":\"2026-01-31T12:00:00Z\"}";
    }

    private static MockConsumer<byte[], byte[]> consumer() {
        var consumer = new MockConsumer<byte[], byte[]>("earliest");
        Node broker = new Node(1, "kafka.example", 9092);
        consumer.updatePartitions(
                TOPIC,
                IntStream.range(0, PARTITIONS)
                        .mapToObj(partition ->
                                new PartitionInfo(TOPIC, partition, broker, new Node[] {broker}, new Node[] {broker}))
                        .toList());
        IntStream.range(0, PARTITIONS)
                .forEach(partition -> consumer.updateEndOffsets(Map.of(new TopicPartition(TOPIC, partition), END)));
        return consumer;
    }
}
