package dev.postroad.contracts.host;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * What is said of tasks, on its way to Kafka. An answer is sent until Kafka has it or nobody waits for it any more, whatever
 * it was refused for: who looks after Kafka may allow it later. One that is too large is told as an error, which fits. How
 * many are on their way is told, so that no more tasks are taken meanwhile. Thread-safe.
 */
final class Outbox {
    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());
    private static final String TOO_LARGE = "kafka.answer-too-large";
    private static final long PAUSE_MILLIS = 1_000;

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final InstantSource clock;
    private final AtomicInteger unsent = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable String problem;

    Outbox(Producer<byte[], byte[]> producer, String topic, InstantSource clock) {
        this.producer = producer;
        this.topic = topic;
        this.clock = clock;
    }

    /**
     * An answer on its way.
     *
     * @param awaitedUntil nobody waits for it after this
     * @param over told once Kafka has it, or nobody waits for it
     */
    private record Answer(
            TaskRecord.Key key, ObjectNode value, Instant awaitedUntil, boolean isInstead, Runnable over) {}

    /** Says something whose loss matters to nobody. */
    void sendSoon(TaskRecord.Key key, ObjectNode value) {
        send(key, value, failure -> {});
    }

    /**
     * Sends an answer until Kafka has it, or nobody waits for it any more.
     *
     * @param stored told then; its task is done
     */
    void answer(TaskRecord.Key key, ObjectNode answer, Instant awaitedUntil, Runnable stored) {
        unsent.incrementAndGet();
        send(new Answer(key, answer, awaitedUntil, false, () -> {
            unsent.decrementAndGet();
            stored.run();
        }));
    }

    /** How many answers Kafka does not have yet. */
    int unsent() {
        return unsent.get();
    }

    /** What Kafka said last, where it took something ill; null where it did not. */
    @Nullable
    String problem() {
        return problem;
    }

    /** What Kafka does not have is not sent again: its tasks are not done, and come again elsewhere. */
    void stopTrying() {
        closing.countDown();
    }

    private void send(Answer answer) {
        send(answer.key(), answer.value(), failure -> {
            if (failure == null) {
                answer.over().run();
            } else if (failure instanceof RecordTooLargeException) {
                tooLarge(answer, failure);
            } else {
                Thread.ofVirtual().name("agent-answer").start(() -> sendAgain(answer, failure));
            }
        });
    }

    private void tooLarge(Answer answer, Exception failure) {
        String task = "task " + answer.key().task() + " of run " + answer.key().runId();
        if (answer.isInstead()) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "{0} is not answered: topic {1} does not even take that its answer is too large: {2}",
                    task,
                    topic,
                    text(failure));
            answer.over().run();
            return;
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "the answer of {0} does not fit on topic {1}, and an error is sent in its place: {2}",
                task,
                topic,
                text(failure));
        ObjectNode instead =
                Replies.of(answer.key().task(), answer.value().get("attempt").intValue());
        instead.setAll(Replies.answer(AgentReply.permanent(TOO_LARGE, text(failure))));
        if (answer.value().has("usage")) {
            instead.set("usage", answer.value().get("usage"));
        }
        send(new Answer(answer.key(), instead, answer.awaitedUntil(), true, answer.over()));
    }

    private void sendAgain(Answer answer, Exception failure) {
        if (clock.instant().isAfter(answer.awaitedUntil())) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the answer of task {0} of run {1} was not taken by Kafka until nobody waited for it: {2}",
                    answer.key().task(),
                    answer.key().runId(),
                    text(failure));
            answer.over().run();
            return;
        }
        try {
            if (!closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                send(answer);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param over given null where Kafka has it, and why not otherwise; must not block */
    private void send(TaskRecord.Key key, ObjectNode value, Consumer<@Nullable Exception> over) {
        byte[] runId = key.runId().getBytes(StandardCharsets.UTF_8);
        try {
            var _ = producer.send(new ProducerRecord<>(topic, runId, Json.bytes(value)), (metadata, failure) -> {
                note(failure);
                over.accept(failure);
            });
        } catch (KafkaException | IllegalStateException refused) {
            note(refused);
            over.accept(refused);
        }
    }

    /** The log tells a problem when it comes, and not for every record that has it. */
    private void note(@Nullable Exception failure) {
        String before = problem;
        problem = failure == null ? null : text(failure);
        if (failure != null
                && !(failure instanceof RecordTooLargeException)
                && !text(failure).equals(before)) {
            LOG.log(System.Logger.Level.WARNING, "Kafka does not take answers on topic {0}: {1}", topic, text(failure));
        }
    }

    private static String text(Exception failure) {
        return String.valueOf(failure.getMessage());
    }
}
