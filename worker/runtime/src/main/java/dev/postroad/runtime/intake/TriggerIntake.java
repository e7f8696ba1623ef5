package dev.postroad.runtime.intake;

import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Admission;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.intake.TriggerVerdict.Admissible;
import dev.postroad.runtime.intake.TriggerVerdict.NotYetKnown;
import dev.postroad.runtime.intake.TriggerVerdict.Rejected;
import dev.postroad.runtime.intake.TriggerVerdict.Unreadable;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.run.Admittee;
import dev.postroad.runtime.run.Lanes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads triggers, as a member of the worker's consumer group, and hands them to the lanes. The poll thread never waits
 * for an agent or a database: what the lanes have no room for stays in a short backlog, and its partition is paused;
 * the rest stays in Kafka. Offsets are committed after the admission is. Owns one platform thread, and its state is
 * confined to it.
 */
public final class TriggerIntake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TriggerIntake.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final TriggerJudge judge;
    private final Lanes lanes;
    private final ShardOwner owner;
    private final Outlets outlets;
    private final Origins origins;
    private final InstantSource clock;
    private final OffsetLedger ledger = new OffsetLedger();
    private final Map<Integer, Deque<Waiting>> backlogs = new TreeMap<>();
    private final Thread thread;
    private Set<Integer> served = Set.of();
    private Instant committedAt = Instant.EPOCH;
    private volatile boolean stopping;
    private volatile Instant lastPoll = Instant.EPOCH;

    /** What the intake calls on. */
    public record Collaborators(
            TriggerJudgement judgement,
            Lanes lanes,
            ShardOwner owner,
            Outlets outlets,
            Origins origins,
            InstantSource clock) {}

    /**
     * How triggers are judged.
     *
     * @param maxValueBytes the longest value that is accepted
     */
    public record TriggerJudgement(dev.postroad.runtime.registry.Catalog catalog, int maxValueBytes) {}

    /** @param consumer of the worker's group; closed by the intake */
    public TriggerIntake(Consumer<byte[], byte[]> consumer, String topic, Collaborators collaborators) {
        this.consumer = consumer;
        this.topic = topic;
        this.judge = new TriggerJudge(
                collaborators.judgement().catalog(), collaborators.judgement().maxValueBytes());
        this.lanes = collaborators.lanes();
        this.owner = collaborators.owner();
        this.outlets = collaborators.outlets();
        this.origins = collaborators.origins();
        this.clock = collaborators.clock();
        this.thread = Thread.ofPlatform().name("postroad-triggers").unstarted(this::loop);
    }

    /** Joins the group and starts reading. */
    public void start() {
        thread.start();
    }

    /** When Kafka was last polled. Thread-safe. */
    public Instant lastPoll() {
        return lastPoll;
    }

    /** Whether triggers are read. Thread-safe. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void loop() {
        try (consumer) {
            consumer.subscribe(Set.of(topic), new Rebalances());
            while (!stopping && lanes.areAlive()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    backlogs.computeIfAbsent(record.partition(), partition -> new ArrayDeque<>())
                            .add(new Waiting(record, clock.instant()));
                    ledger.begin(record.partition(), record.offset());
                }
                lastPoll = clock.instant();
                rewindWhatWasFenced();
                backlogs.forEach(this::drain);
                pauseAndResume();
                commitNowAndThen();
            }
            if (!stopping) {
                LOG.error("a lane has stopped, so this worker leaves its shards to others; restart it");
            }
        } catch (WakeupException stop) {
            LOG.debug("the trigger intake stops");
        } catch (KafkaException broken) {
            LOG.error("triggers can no longer be read; restart this worker", broken);
        }
    }

    /**
     * A shard that is owned no more while Kafka still gives it to this worker was fenced, and its lane has dropped what
     * was not committed: that is read again once the shard is taken up anew.
     */
    private void rewindWhatWasFenced() {
        Set<Integer> owned = owner.owned();
        for (TopicPartition partition : consumer.assignment()) {
            int shard = partition.partition();
            if (served.contains(shard) && !owned.contains(shard)) {
                ledger.committable(shard).ifPresent(offset -> consumer.seek(partition, offset));
                forget(Set.of(partition));
            }
        }
        served = owned;
    }

    private void drain(int shard, Deque<Waiting> backlog) {
        while (!backlog.isEmpty() && lanes.hasRoom(shard) && owner.owned().contains(shard)) {
            if (!take(backlog.getFirst())) {
                return;
            }
            backlog.removeFirst();
        }
    }

    /** False where the record has to wait a little. */
    private boolean take(Waiting waiting) {
        ConsumerRecord<byte[], byte[]> record = waiting.record();
        Runnable done = () -> ledger.done(record.partition(), record.offset());
        switch (judge.judge(record, waiting.readAt())) {
            case NotYetKnown() -> {
                return false;
            }
            case Admissible(String runId, var graph, Trigger trigger) -> {
                Origin origin = new Origin(record.topic(), record.partition(), record.offset());
                lanes.admit(new Admittee(
                        runId,
                        record.partition(),
                        graph,
                        admission(trigger, origin),
                        record.serializedValueSize(),
                        traceParent(record),
                        new Outcome(record, runId, graph.name(), origin, done)));
            }
            case Rejected(String runId, String graph, String reason) -> {
                outlets.answer(EventType.TRIGGER_REJECTED, runId, graph, reason, record, () -> {});
                outlets.deadLetter(record, reason, done);
            }
            case Unreadable(String reason) -> outlets.deadLetter(record, reason, done);
        }
        return true;
    }

    private static Admission admission(Trigger trigger, Origin origin) {
        return switch (trigger.target()) {
            case Trigger.OfGraph _ ->
                new Admission(trigger.input(), trigger.priority(), trigger.timeout(), trigger.tags(), origin);
            case Trigger.OfAgent(String agent) ->
                Admission.ofAgent(
                        agent, trigger.input(), trigger.priority(), trigger.timeout(), trigger.tags(), origin);
        };
    }

    private static @Nullable String traceParent(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader(EventHeaders.TRACE_PARENT);
        if (header == null || header.value() == null) {
            return null;
        }
        String value = new String(header.value(), StandardCharsets.UTF_8);
        return value.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}") ? value : null;
    }

    private void pauseAndResume() {
        Set<TopicPartition> pause = new HashSet<>();
        Set<TopicPartition> resume = new HashSet<>();
        for (TopicPartition partition : consumer.assignment()) {
            Deque<Waiting> backlog = backlogs.get(partition.partition());
            boolean ready = owner.owned().contains(partition.partition()) && (backlog == null || backlog.isEmpty());
            (ready ? resume : pause).add(partition);
        }
        consumer.pause(pause);
        consumer.resume(resume);
    }

    private void commitNowAndThen() {
        Instant now = clock.instant();
        if (now.isAfter(committedAt.plus(COMMIT_EVERY))) {
            committedAt = now;
            Map<TopicPartition, OffsetAndMetadata> offsets = committable(consumer.assignment());
            if (!offsets.isEmpty()) {
                consumer.commitAsync(offsets, (committed, failure) -> {
                    if (failure != null) {
                        LOG.debug("offsets are committed the next time", failure);
                    }
                });
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committable(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions) {
            ledger.committable(partition.partition())
                    .ifPresent(offset -> offsets.put(partition, new OffsetAndMetadata(offset)));
        }
        return offsets;
    }

    private void forget(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> {
            ledger.forget(partition.partition());
            backlogs.remove(partition.partition());
        });
    }

    private static Set<Integer> shards(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).collect(Collectors.toSet());
    }

    /** Leaves the group, so that others take over at once. */
    @Override
    public void close() {
        stopping = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(20));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private record Waiting(ConsumerRecord<byte[], byte[]> record, Instant readAt) {}

    private final class Outcome implements Admittee.AdmissionOutcome {
        private final ConsumerRecord<byte[], byte[]> record;
        private final String runId;
        private final String graph;
        private final Origin origin;
        private final Runnable done;

        Outcome(ConsumerRecord<byte[], byte[]> record, String runId, String graph, Origin origin, Runnable done) {
            this.record = record;
            this.runId = runId;
            this.graph = graph;
            this.origin = origin;
            this.done = done;
        }

        @Override
        public void admitted() {
            done.run();
        }

        @Override
        public void duplicate() {
            origins.whetherFrom(runId, origin, same -> {
                if (same) {
                    done.run();
                } else {
                    String reason = "there is a run " + runId + " already, and it is left as it is";
                    outlets.answer(EventType.TRIGGER_DUPLICATE, runId, graph, reason, record, done);
                }
            });
        }
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            consumer.pause(partitions);
            owner.assigned(shards(partitions));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            owner.revoked(shards(partitions));
            try {
                consumer.commitSync(committable(partitions), Duration.ofSeconds(5));
            } catch (KafkaException notCommitted) {
                LOG.warn("the offsets of {} could not be committed; triggers read again change nothing", partitions);
            }
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            owner.revoked(shards(partitions));
            forget(partitions);
        }
    }
}
