package dev.postroad.runtime.intake;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.runtime.journal.PendingCommand;
import dev.postroad.runtime.journal.PendingCommands;
import dev.postroad.runtime.publish.Outlets;
import dev.postroad.runtime.run.Commands;
import dev.postroad.runtime.run.Instruction;
import dev.postroad.runtime.run.Lanes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control partitions of the shards that this worker owns, apart from the triggers, so that a cancel never
 * waits behind a backlog of them. Offsets are committed after the command's answer is. Owns one platform thread.
 */
public final class ControlIntake implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlIntake.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
    private static final int MAX_OPEN = 5_000;

    private final Consumer<byte[], byte[]> consumer;
    private final String topic;
    private final Commands commands;
    private final Lanes lanes;
    private final ShardOwner owner;
    private final Outlets outlets;
    private final PendingCommands pending;
    private final InstantSource clock;
    private final int maxValueBytes;
    private final OffsetLedger ledger = new OffsetLedger();
    private final Thread thread;
    private Map<Integer, Long> assigned = Map.of();
    private Instant committedAt = Instant.EPOCH;
    private volatile boolean stopping;

    /** What the intake calls on. */
    public record Collaborators(
            Commands commands,
            Lanes lanes,
            ShardOwner owner,
            Outlets outlets,
            PendingCommands pending,
            InstantSource clock) {}

    /** @param consumer of a group of its own, for offsets alone; closed by the intake */
    public ControlIntake(
            Consumer<byte[], byte[]> consumer, String topic, int maxValueBytes, Collaborators collaborators) {
        this.consumer = consumer;
        this.topic = topic;
        this.maxValueBytes = maxValueBytes;
        this.commands = collaborators.commands();
        this.lanes = collaborators.lanes();
        this.owner = collaborators.owner();
        this.outlets = collaborators.outlets();
        this.pending = collaborators.pending();
        this.clock = collaborators.clock();
        this.thread = Thread.ofPlatform().name("postroad-control").unstarted(this::loop);
    }

    /** Starts reading. */
    public void start() {
        thread.start();
    }

    /** Whether control messages are read. Thread-safe. */
    public boolean isAlive() {
        return thread.isAlive();
    }

    private void loop() {
        try (consumer) {
            while (!stopping) {
                follow(owner.epochs());
                if (assigned.isEmpty()) {
                    pause();
                    continue;
                }
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    ledger.begin(record.partition(), record.offset());
                    take(record);
                }
                Set<TopicPartition> all = consumer.assignment();
                if (ledger.open() > MAX_OPEN) {
                    consumer.pause(all);
                } else {
                    consumer.resume(all);
                }
                commitNowAndThen();
            }
            commit();
        } catch (WakeupException stop) {
            LOG.debug("the control intake stops");
        } catch (KafkaException broken) {
            LOG.error("control messages can no longer be read; restart this worker", broken);
        }
    }

    /** What a lane had in hand of a shard that went, and came again, is read again. */
    private void follow(Map<Integer, Long> owned) {
        if (owned.equals(assigned)) {
            return;
        }
        commit();
        Set<Integer> gone = assigned.keySet().stream()
                .filter(shard -> !Objects.equals(assigned.get(shard), owned.get(shard)))
                .collect(Collectors.toSet());
        gone.forEach(ledger::forget);
        assign(owned.keySet().stream().filter(shard -> !gone.contains(shard)));
        assign(owned.keySet().stream());
        assigned = owned;
    }

    private void assign(Stream<Integer> shards) {
        consumer.assign(shards.map(shard -> new TopicPartition(topic, shard)).collect(Collectors.toSet()));
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Runnable done = () -> ledger.done(record.partition(), record.offset());
        String unfit = TriggerJudge.unfit(record.value(), maxValueBytes);
        if (unfit != null) {
            outlets.deadLetter(record, unfit, done);
            return;
        }
        try {
            String key = record.key() == null ? null : new String(record.key(), StandardCharsets.UTF_8);
            Control control = Control.read(Json.read(record.value()), key);
            instruct(control, record, done);
        } catch (FaultsException faults) {
            outlets.deadLetter(record, String.valueOf(faults.getMessage()), done);
        }
    }

    private void instruct(Control control, ConsumerRecord<byte[], byte[]> record, Runnable done) {
        String commandId = commandId(control, record);
        lanes.instruct(commands.instruction(
                control, commandId, record.partition(), new Outcome(control, commandId, record, done)));
    }

    private static String commandId(Control control, ConsumerRecord<byte[], byte[]> record) {
        Header forwarded = record.headers().lastHeader(EventHeaders.COMMAND_ID);
        String own = forwarded == null
                ? record.topic() + ":" + record.partition() + ":" + record.offset()
                : new String(forwarded.value(), StandardCharsets.UTF_8);
        return Objects.requireNonNullElse(control.commandId(), own);
    }

    private void commitNowAndThen() {
        Instant now = clock.instant();
        if (now.isAfter(committedAt.plus(COMMIT_EVERY))) {
            committedAt = now;
            Map<TopicPartition, OffsetAndMetadata> offsets = committable();
            if (!offsets.isEmpty()) {
                // Nobody waits for it: a cancel that came meanwhile would wait too.
                consumer.commitAsync(offsets, (committed, failure) -> {
                    if (failure != null) {
                        LOG.debug("control offsets are committed the next time", failure);
                    }
                });
            }
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committable() {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (Integer shard : assigned.keySet()) {
            ledger.committable(shard)
                    .ifPresent(offset -> offsets.put(new TopicPartition(topic, shard), new OffsetAndMetadata(offset)));
        }
        return offsets;
    }

    private void commit() {
        Map<TopicPartition, OffsetAndMetadata> offsets = committable();
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets, Duration.ofSeconds(5));
        } catch (WakeupException stop) {
            throw stop;
        } catch (KafkaException notCommitted) {
            LOG.warn(
                    "control offsets could not be committed; a command is applied once all the same: {}",
                    notCommitted.getMessage());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            if (!thread.join(Duration.ofSeconds(5))) {
                consumer.wakeup();
                thread.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Outcome implements Instruction.InstructionOutcome {
        private final Control control;
        private final String commandId;
        private final ConsumerRecord<byte[], byte[]> record;
        private final Runnable done;

        Outcome(Control control, String commandId, ConsumerRecord<byte[], byte[]> record, Runnable done) {
            this.control = control;
            this.commandId = commandId;
            this.record = record;
            this.done = done;
        }

        @Override
        public void applied() {
            done.run();
        }

        @Override
        public void unknownRun() {
            Thread.ofVirtual().name("postroad-pending").start(this::keep);
        }

        @Override
        public void elsewhere(int itsShard) {
            outlets.forward(record, itsShard, commandId, done);
        }

        /** Kept first and looked for after; a run that is admitted at this very moment finds it later. */
        private void keep() {
            try {
                String json = new String(record.value(), StandardCharsets.UTF_8);
                pending.keep(new PendingCommand(control.runId(), commandId, json));
                Integer shard = pending.shardOf(control.runId());
                if (shard == null) {
                    done.run();
                } else if (shard == record.partition()) {
                    lanes.instruct(commands.instruction(control, commandId, shard, forgetting(this)));
                } else {
                    outlets.forward(record, shard, commandId, this::forget);
                }
            } catch (JdbiException away) {
                LOG.warn("a command for run {} cannot be kept yet: {}", control.runId(), away.getMessage());
            }
        }

        private void forget() {
            pending.forget(control.runId(), commandId);
            done.run();
        }
    }

    private static Instruction.InstructionOutcome forgetting(Outcome outcome) {
        return new Instruction.InstructionOutcome() {
            @Override
            public void applied() {
                Thread.ofVirtual().start(outcome::forget);
            }

            @Override
            public void unknownRun() {}

            @Override
            public void elsewhere(int itsShard) {
                outcome.elsewhere(itsShard);
            }
        };
    }

    /** For reports: how many commands wait for their answer. */
    public int open() {
        return ledger.open();
    }
}
