package dev.postroad.contracts.host;

import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.json.FaultsException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Serves agents over Kafka ({@code kind: kafka}): reads their tasks, calls them, each task on a virtual thread of its own,
 * and sends what they answer. While an agent works it sends heartbeats, and chunks as the agent shows them; a task that is
 * cancelled or out of time is interrupted. The place of a task is committed once its answer is stored, so that no task is
 * lost where the process dies; one that comes again is answered as before, if it is remembered, or else done again, under
 * the same {@link dev.postroad.contracts.agent.AgentCall#idempotencyKey()}. Start as many hosts as there is work for, up to
 * the partitions of the topics. Thread-safe.
 */
public final class AgentHost implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long PAUSE_MILLIS = 1_000;

    /** A commit costs Kafka as much as a batch of answers does; what is done twice where this process dies is as little. */
    private static final Duration COMMIT_EVERY = Duration.ofMillis(200);

    /** So long a record that is no task is told of, as the next ones are read well. */
    private static final Duration TOLD_FOR = Duration.ofMinutes(1);

    private final HostSettings settings;
    private final Map<String, JavaAgent> topics;
    private final KafkaProducer<byte[], byte[]> producer;
    private final HostedTasks tasks;
    private final Map<TopicPartition, Progress> progress = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("postroad-agent-host").unstarted(this::loop);
    private final InstantSource clock;
    private Instant commitAt = Instant.EPOCH;
    private volatile @Nullable String problem;
    private volatile @Nullable Unfit unfit;

    /** A record that is no task. */
    private record Unfit(String why, Instant toldUntil) {}

    private AgentHost(HostSettings settings, Collection<? extends JavaAgent> agents, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.topics = agents.stream()
                .collect(Collectors.toMap(agent -> settings.topics().agentTasks(agent.name()), Function.identity()));
        this.producer = new KafkaProducer<>(settings.producer());
        this.tasks = new HostedTasks(settings, producer, clock);
    }

    /**
     * Begins to serve.
     *
     * @param clock tells when attempts are out of time; {@code InstantSource.system()}
     * @throws IllegalArgumentException where two agents have one name
     * @throws KafkaException where no client can be made of the properties that were given
     */
    public static AgentHost start(HostSettings settings, Collection<? extends JavaAgent> agents, InstantSource clock) {
        AgentHost host;
        try {
            host = new AgentHost(settings, agents, clock);
        } catch (IllegalStateException twice) {
            throw new IllegalArgumentException("two agents have one name: " + twice.getMessage(), twice);
        }
        host.thread.start();
        return host;
    }

    /** How many tasks are under way, or wait for their turn. */
    public int underWay() {
        return tasks.underWay();
    }

    /**
     * What is wrong with the way to Kafka, or, for a minute, with a record of the agents' topics that is no task and was passed
     * over; null where nothing is.
     */
    public @Nullable String problem() {
        String ofKafka = problem == null ? tasks.problem() : problem;
        if (ofKafka != null) {
            return ofKafka;
        }
        Unfit last = unfit;
        return last == null || clock.instant().isAfter(last.toldUntil) ? null : last.why;
    }

    private void loop() {
        while (closing.getCount() > 0) {
            try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer())) {
                consumer.subscribe(topics.keySet(), new Handover(consumer));
                while (closing.getCount() > 0) {
                    turn(consumer);
                    problem = null;
                }
                drain(consumer);
            } catch (WakeupException stop) {
                return;
            } catch (RuntimeException failed) {
                // Another consumer goes on where this one had come to, whatever kind of exception its client raised.
                problem = failed.getClass().getSimpleName() + ": " + failed.getMessage();
                progress.clear();
                pause();
            }
        }
    }

    private void pause() {
        try {
            boolean _ = closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void turn(KafkaConsumer<byte[], byte[]> consumer) {
        if (tasks.isFull()) {
            consumer.pause(consumer.assignment());
        } else {
            consumer.resume(consumer.paused());
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            take(record);
        }
        tasks.beat();
        Instant now = clock.instant();
        if (!now.isBefore(commitAt)) {
            commitAt = now.plus(COMMIT_EVERY);
            commit(consumer);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Progress partition = progress.computeIfAbsent(
                new TopicPartition(record.topic(), record.partition()), fresh -> new Progress());
        partition.begin(record.offset());
        Runnable done = () -> partition.done(record.offset());
        try {
            switch (TaskRecord.read(record)) {
                case TaskRecord.Work work ->
                    tasks.begin(Objects.requireNonNull(topics.get(record.topic())), work, done);
                case TaskRecord.Cancelled cancelled -> {
                    tasks.cancel(cancelled);
                    done.run();
                }
            }
        } catch (FaultsException noTask) {
            String why = "a record of " + record.topic() + " is no task: partition " + record.partition() + ", offset "
                    + record.offset() + ": " + noTask.getMessage();
            unfit = new Unfit(why, clock.instant().plus(TOLD_FOR));
            done.run();
        }
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        Map<TopicPartition, OffsetAndMetadata> places = new HashMap<>();
        progress.forEach((partition, done) -> {
            Long next = done.news();
            if (next != null) {
                places.put(partition, new OffsetAndMetadata(next));
            }
        });
        if (!places.isEmpty()) {
            consumer.commitSync(places);
        }
    }

    /** Takes nothing more, and lets what is under way end. */
    private void drain(KafkaConsumer<byte[], byte[]> consumer) {
        consumer.pause(consumer.assignment());
        long turns = settings.drain().toMillis() / POLL.toMillis();
        for (long i = 0; i < turns && tasks.underWay() > 0; i++) {
            consumer.poll(POLL);
            tasks.beat();
            commit(consumer);
        }
        tasks.leaveAll();
        producer.flush();
        commit(consumer);
    }

    /** Partitions that go to other hosts: what is under way goes on here, and its answer counts where it comes first. */
    private final class Handover implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;

        Handover(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> gone) {
            try {
                commit(consumer);
            } finally {
                progress.keySet().removeAll(gone);
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> gone) {
            progress.keySet().removeAll(gone);
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> come) {}
    }

    /** Takes nothing more, lets tasks end for the time that the settings give, and interrupts the rest: others do them. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        tasks.leaveAll();
        producer.close(Duration.ofSeconds(5));
    }
}
