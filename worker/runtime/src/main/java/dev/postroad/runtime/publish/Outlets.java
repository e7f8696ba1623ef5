package dev.postroad.runtime.publish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventHeaders;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Topics;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Trouble;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is published outside any journal: dead letters, answers to triggers that became no run, and commands: those that
 * go to another shard, and the worker's own. Whatever Kafka does not take is sent again until it does. Thread-safe.
 */
public final class Outlets implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Outlets.class);
    private static final int MAX_REASON = 2_000;
    private static final int SENT_AT_ONCE = 100;
    private static final int MAX_NAME = 200;

    private final Producer<String, byte[]> producer;
    private final Producer<String, byte[]> large;
    private final Topics topics;
    private final InstantSource clock;
    private final Insistence insistence = new Insistence("postroad-outlets", SENT_AT_ONCE);
    private final Trouble trouble;
    private final Trouble letters;
    private final LongAdder lettersKept = new LongAdder();

    /** @param large sends what others wrote and may be large, in no order with the rest */
    public Outlets(
            Producer<String, byte[]> producer, Producer<String, byte[]> large, Topics topics, InstantSource clock) {
        this.producer = producer;
        this.large = large;
        this.topics = topics;
        this.clock = clock;
        this.trouble = new Trouble(LOG, "Kafka does not take a record yet, and it is sent again", clock);
        this.letters = new Trouble(LOG, "a record became a dead letter", clock);
    }

    /**
     * Keeps a record that could not be understood, bytes untouched; without its value where that is too large for the
     * topic of dead letters, and without its headers and its key where they are.
     *
     * @param kept runs when Kafka has it
     */
    public void deadLetter(ConsumerRecord<byte[], byte[]> record, String reason, Runnable kept) {
        letters.tell(place(record) + ": " + reason);
        lettersKept.increment();
        Headers place = place(record, reason);
        Headers whole = new RecordHeaders(record.headers().toArray());
        place.forEach(whole::add);
        String key = untouched(record.key());
        sendFirstThatFits(
                List.of(
                        letter(key, record.value(), whole),
                        letter(key, null, whole),
                        letter(key, null, place),
                        letter(null, null, place)),
                kept);
    }

    /** Registers what is counted of it. */
    public void measure(MeterRegistry registry) {
        FunctionCounter.builder("postroad.dead.letters", lettersKept, LongAdder::sum)
                .description("Records that could not be understood or admitted, and were kept on the topic for them")
                .register(registry);
    }

    private static Headers place(ConsumerRecord<byte[], byte[]> record, String reason) {
        Headers headers = new RecordHeaders();
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_TOPIC, record.topic()));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_PARTITION, Integer.toString(record.partition())));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_OFFSET, Long.toString(record.offset())));
        headers.add(EventRecords.header(EventHeaders.DEAD_LETTER_REASON, shortened(reason, MAX_REASON)));
        return headers;
    }

    private void sendFirstThatFits(List<ProducerRecord<String, byte[]>> letters, Runnable kept) {
        send(letters.getFirst(), kept, tooLarge -> {
            if (letters.size() > 1) {
                sendFirstThatFits(letters.subList(1, letters.size()), kept);
            } else {
                LOG.error("a dead letter is lost, as not even its place fits on its topic: {}", tooLarge);
                kept.run();
            }
        });
    }

    /**
     * Answers a trigger that became no run.
     *
     * @param kept runs when Kafka has it
     */
    public void answer(EventType type, String runId, String graph, String reason, Origin trigger, Runnable kept) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("runId", runId).put("graph", shortened(graph, MAX_NAME)).put("type", type.publicName());
        event.put("at", clock.instant().truncatedTo(ChronoUnit.MICROS).toString());
        ObjectNode data = event.putObject("data");
        data.put("reason", shortened(reason, MAX_REASON));
        ObjectNode place = data.putObject("trigger").put("topic", trigger.topic());
        if (trigger.topicId() != null) {
            place.put("topicId", trigger.topicId());
        }
        place.put("partition", trigger.partition()).put("offset", trigger.offset());
        String id = trigger.topic() + ":" + trigger.partition() + ":" + trigger.offset();
        sendOutside(runId, type, event, id, kept);
    }

    /**
     * Answers a command that the journal of its run has no answer to: an event without {@code seq}.
     *
     * @param commandId of the command
     * @param code for programs
     * @param reason for people
     * @param kept runs when Kafka has it
     */
    public void rejected(Control control, String commandId, String code, String reason, Runnable kept) {
        String runId = control.runId();
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("runId", runId).put("type", EventType.COMMAND_REJECTED.publicName());
        event.put("at", clock.instant().truncatedTo(ChronoUnit.MICROS).toString());
        ObjectNode data = event.putObject("data")
                .put("command", control.action().type())
                .put("commandId", commandId)
                .put("reason", shortened(reason, MAX_REASON))
                .put("code", code);
        if (control.by() != null) {
            data.put("by", control.by());
        }
        sendOutside(runId, EventType.COMMAND_REJECTED, event, runId + "/" + commandId, kept);
    }

    /** An event outside any journal, known by what it answers. */
    private void sendOutside(String runId, EventType type, ObjectNode event, String id, Runnable kept) {
        Headers headers = new RecordHeaders(List.of(
                EventRecords.header(EventHeaders.SPEC_VERSION, "1.0"),
                EventRecords.header(EventHeaders.ID, id),
                EventRecords.header(EventHeaders.TYPE, EventType.CLOUD_EVENTS_PREFIX + type.publicName()),
                EventRecords.header(EventHeaders.SOURCE, "postroad"),
                EventRecords.header(EventHeaders.CONTENT_TYPE, "application/json")));
        send(new ProducerRecord<>(topics.events(), null, null, runId, Json.bytes(event), headers), kept, tooLarge -> {
            LOG.error("a {} for run {} is lost: {}", type.publicName(), runId, tooLarge);
            kept.run();
        });
    }

    /**
     * Sends a control record on to the partition of its run's shard, as soon as there is one.
     *
     * @param kept runs when Kafka has it
     * @param refused told why it cannot be sent on
     */
    public void forward(
            ConsumerRecord<byte[], byte[]> record,
            int shard,
            String commandId,
            Runnable kept,
            Consumer<String> refused) {
        Headers headers = new RecordHeaders(record.headers().toArray());
        headers.remove(EventHeaders.COMMAND_ID);
        headers.add(EventRecords.header(EventHeaders.COMMAND_ID, commandId));
        String key = untouched(record.key());
        send(
                new ProducerRecord<>(topics.control(), shard, null, key, record.value(), headers),
                kept,
                tooLarge -> refused.accept("it belongs to shard " + shard + ", and cannot be sent on: " + tooLarge));
    }

    /**
     * Sends an agent's answer on to the partition of its run's shard.
     *
     * @param kept runs when Kafka has it
     * @param refused told why it cannot be sent on
     */
    public void forwardResult(
            ConsumerRecord<byte[], byte[]> record, int shard, Runnable kept, Consumer<String> refused) {
        Headers headers = new RecordHeaders(record.headers().toArray());
        headers.add(EventRecords.header(EventHeaders.FORWARDED, Integer.toString(record.partition())));
        send(
                new ProducerRecord<>(
                        topics.agentResults(), shard, null, untouched(record.key()), record.value(), headers),
                kept,
                tooLarge -> refused.accept("its run is of shard " + shard + ", and it cannot be sent on: " + tooLarge));
    }

    /** Sends a command of this worker's own to a run. */
    public void command(Control control) {
        var record = new ProducerRecord<>(topics.control(), control.runId(), Json.bytes(control.toJson()));
        send(
                record,
                () -> {},
                tooLarge -> LOG.error(
                        "a {} for run {} is lost: {}", control.action().type(), control.runId(), tooLarge));
    }

    private ProducerRecord<String, byte[]> letter(@Nullable String key, byte @Nullable [] value, Headers headers) {
        return new ProducerRecord<>(topics.deadLetters(), null, null, key, value, headers);
    }

    /** Sends a record, at first without waiting for it. */
    private void send(ProducerRecord<String, byte[]> record, Runnable kept, Consumer<String> tooLarge) {
        try {
            var _ = producerOf(record).send(record, (metadata, failure) -> {
                if (failure == null) {
                    kept.run();
                } else {
                    sendAgain(record, failure, kept, tooLarge);
                }
            });
        } catch (KafkaException failure) {
            sendAgain(record, failure, kept, tooLarge);
        }
    }

    private Producer<String, byte[]> producerOf(ProducerRecord<String, byte[]> record) {
        boolean mayBeLarge =
                record.topic().equals(topics.deadLetters()) || record.topic().equals(topics.agentResults());
        return mayBeLarge ? large : producer;
    }

    private void sendAgain(
            ProducerRecord<String, byte[]> record, Exception failure, Runnable kept, Consumer<String> tooLarge) {
        if (failure instanceof RecordTooLargeException) {
            tooLarge.accept(String.valueOf(failure.getMessage()));
            return;
        }
        trouble.tell(record.topic() + ": " + failure.getMessage());
        insistence.untilDone(tries -> tries > 0 && isSent(record, kept, tooLarge));
    }

    private boolean isSent(ProducerRecord<String, byte[]> record, Runnable kept, Consumer<String> tooLarge)
            throws InterruptedException {
        try {
            var _ = producerOf(record).send(record).get();
            kept.run();
            trouble.over();
            return true;
        } catch (InterruptException stopping) {
            throw new InterruptedException(stopping.getMessage());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RecordTooLargeException) {
                tooLarge.accept(String.valueOf(failed.getCause().getMessage()));
                return true;
            }
            trouble.tell(record.topic() + ": " + failed.getCause());
        } catch (KafkaException failed) {
            trouble.tell(record.topic() + ": " + failed.getMessage());
        }
        return false;
    }

    /** A text that the producer turns into the same bytes again. */
    private static @Nullable String untouched(byte @Nullable [] key) {
        return key == null ? null : new String(key, StandardCharsets.ISO_8859_1);
    }

    private static String shortened(@Nullable String text, int most) {
        String whole = String.valueOf(text);
        if (whole.length() <= most) {
            return whole;
        }
        // Half of a surrogate pair could not be written as JSON.
        int end = Character.isHighSurrogate(whole.charAt(most - 1)) ? most - 1 : most;
        return whole.substring(0, end) + "…";
    }

    private static String place(ConsumerRecord<?, ?> record) {
        return record.topic() + ":" + record.partition() + ":" + record.offset();
    }

    /** Gives up what Kafka has not taken. */
    @Override
    public void close() {
        insistence.close();
    }
}
