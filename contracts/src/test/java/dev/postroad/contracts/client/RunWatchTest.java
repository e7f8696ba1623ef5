package dev.postroad.contracts.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RunWatchTest {
    private static final String TOPIC = "postroad.events";
    private static final int PARTITIONS = 7;
    private static final int MORE_PARTITIONS = 12;
    private static final long END = 50;
    private static final ClientSettings SETTINGS =
            new ClientSettings(Map.of("bootstrap.servers", "kafka.example:9092"), Duration.ofSeconds(3));
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, RunPartitions.of("r", PARTITIONS));

    private final MockConsumer<byte[], byte[]> consumer = consumer();
    private long offset = END;
    private long now;

    @Test
    void asksForThePartitionOfTheKeyAsKafkaDoes() {
        for (int i = 0; i < 1_000; i++) {
            String key = "run-" + i;
            assertThat(RunPartitions.of(key, PARTITIONS))
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
        try (RunWatch watch =
                RunWatch.open(consumer, new RunPartitions(TOPIC, "r", settings), StartOfWatch.NOW, () -> now)) {
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
            consumer.addRecord(new ConsumerRecord<>(TOPIC, PARTITION.partition(), offset++, bytes("r"), null));
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
        RunWatch watch = open();
        int[] polls = {0};
        for (int i = 0; i < 10; i++) {
            consumer.schedulePollTask(() -> {
                polls[0]++;
                now += Duration.ofMillis(300).toNanos();
                add("s", "of another run");
            });
        }
        assertThat(watch.poll(Duration.ofSeconds(1))).isEmpty();
        assertThat(polls[0]).isEqualTo(4);
        watch.close();
    }

    @Test
    void anIterationWaitsForEachEventAndEndsWithTheRun() {
        try (RunWatch watch = open()) {
            consumer.schedulePollTask(() -> add("r", event("r", 1, "run.queued")));
            consumer.schedulePollTask(() -> now += Duration.ofMinutes(10).toNanos());
            consumer.schedulePollTask(() -> add("r", event("r", 2, "run.completed")));
            assertThat(watch).extracting(RunEvent::seq).containsExactly(1, 2);
            assertThat(watch.hasEnded()).isTrue();
        }
    }

    @Test
    void theNextIterationFollowsARunThatGoesOnAfterItsEnd() {
        try (RunWatch watch = open()) {
            List.of("run.queued", "run.failed", "run.retried", "run.completed", "run.continued", "run.cancelled")
                    .forEach(type -> add("r", event("r", (int) (offset - END) + 1, type)));
            assertThat(watch).extracting(RunEvent::seq).containsExactly(1, 2);
            assertThat(watch).extracting(RunEvent::seq).containsExactly(3, 4);
            assertThat(watch.poll(Duration.ZERO).orElseThrow().seq()).isEqualTo(5);
            assertThat(watch.hasEnded()).isFalse();
            assertThat(watch).extracting(RunEvent::seq).containsExactly(6);
        }
    }

    @Test
    void anIterationEndsWhenItsTimeIsOver() {
        try (RunWatch watch = open()) {
            add("r", event("r", 1, "run.queued"));
            for (int i = 0; i < 10; i++) {
                consumer.schedulePollTask(() -> now += Duration.ofMillis(900).toNanos());
            }
            Iterator<RunEvent> events = watch.within(Duration.ofSeconds(3)).iterator();
            assertThat(events.next().seq()).isEqualTo(1);
            assertThat(events.hasNext()).isFalse();
            assertThat(now).isLessThan(Duration.ofSeconds(5).toNanos());
            assertThat(watch.hasEnded()).isFalse();
            assertThatThrownBy(events::next).isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void anIterationEndsWhereTheTriggerIsRefusedAndThereIsNoRun() {
        try (RunWatch watch = open()) {
            add("r", event("r", 0, "trigger.rejected"));
            assertThat(watch).extracting(RunEvent::type).containsExactly(EventType.TRIGGER_REJECTED);
            assertThat(watch.hasEnded()).isFalse();
            add("r", event("r", 1, "run.queued"));
            add("r", event("r", 0, "trigger.rejected"));
            add("r", event("r", 2, "run.completed"));
            assertThat(watch).extracting(RunEvent::seq).containsExactly(1, 0, 2);
        }
    }

    @Test
    void goesOnWhenKafkaComesBackWithinTheTimeLimit() {
        try (RunWatch watch = open()) {
            for (int seq = 1; seq <= 2; seq++) {
                String event = event("r", seq, "node.started");
                awayFor(3);
                consumer.schedulePollTask(() -> add("r", event));
                assertThat(watch.poll(Duration.ofSeconds(10)).orElseThrow().seq())
                        .isEqualTo(seq);
            }
        }
    }

    @Test
    void givesUpWhereKafkaStaysAwayAndCanBeTriedAgain() {
        try (RunWatch watch = open()) {
            awayFor(4);
            assertThatThrownBy(() -> watch.poll(Duration.ofSeconds(10)))
                    .isInstanceOf(PostroadClientException.class)
                    .hasMessageContainingAll("kafka.example:9092", "could not be reached for PT3S");
            add("r", event("r", 1, "run.queued"));
            assertThat(watch.poll(Duration.ZERO).orElseThrow().seq()).isEqualTo(1);
        }
    }

    @Test
    void readsAPartitionThatIsAddedLaterButOnlyWhenTheOldOneIsRead() {
        TopicPartition added = new TopicPartition(TOPIC, RunPartitions.of("r", MORE_PARTITIONS));
        assertThat(added.partition()).isGreaterThanOrEqualTo(PARTITIONS);
        try (RunWatch watch = open()) {
            consumer.updatePartitions(TOPIC, partitions(MORE_PARTITIONS));
            consumer.updateEndOffsets(Map.of(PARTITION, END + 2));
            consumer.schedulePollTask(() -> now += Duration.ofSeconds(2).toNanos());
            assertThat(watch.poll(Duration.ofSeconds(1))).isEmpty();
            assertThat(consumer.assignment()).containsExactly(PARTITION);
            add("r", event("r", 1, "run.queued"));
            add("r", event("r", 2, "run.started"));
            assertThat(all(watch)).extracting(RunEvent::seq).containsExactly(1, 2);
            assertThat(consumer.assignment()).containsExactlyInAnyOrder(PARTITION, added);
            consumer.addRecord(new ConsumerRecord<>(
                    TOPIC, added.partition(), 0, bytes("r"), bytes(event("r", 3, "run.completed"))));
            assertThat(watch).extracting(RunEvent::seq).containsExactly(3);
        }
    }

    /** Kafka's client says nothing while no broker answers; only questions fail. */
    private void awayFor(int seconds) {
        for (int i = 0; i < seconds; i++) {
            consumer.schedulePollTask(() -> {
                consumer.setOffsetsException(new TimeoutException("nobody answers"));
                now += Duration.ofSeconds(1).toNanos();
            });
        }
    }

    private RunWatch open() {
        return RunWatch.open(consumer, new RunPartitions(TOPIC, "r", SETTINGS), StartOfWatch.NOW, () -> now);
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
        consumer.addRecord(new ConsumerRecord<>(TOPIC, PARTITION.partition(), offset++, bytes(key), bytes(value)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String event(String runId, int seq, String type) {
        String place = seq == 0 ? "" : "\"seq\":" + seq + ",";
        return "{\"runId\":\"" + runId + "\"," + place + "\"type\":\"" + type + "\",\"at\":\"2026-01-31T12:00:00Z\"}";
    }

    private static MockConsumer<byte[], byte[]> consumer() {
        var consumer = new MockConsumer<byte[], byte[]>("earliest");
        consumer.updatePartitions(TOPIC, partitions(PARTITIONS));
        IntStream.range(0, PARTITIONS)
                .forEach(partition -> consumer.updateEndOffsets(Map.of(new TopicPartition(TOPIC, partition), END)));
        return consumer;
    }

    private static List<PartitionInfo> partitions(int count) {
        Node broker = new Node(1, "kafka.example", 9092);
        return IntStream.range(0, count)
                .mapToObj(partition ->
                        new PartitionInfo(TOPIC, partition, broker, new Node[] {broker}, new Node[] {broker}))
                .toList();
    }
}
