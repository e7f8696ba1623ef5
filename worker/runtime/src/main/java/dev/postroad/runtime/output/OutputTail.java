package dev.postroad.runtime.output;

import dev.postroad.runtime.background.Bell;
import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.reading.WithoutGroup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the output of all runs that somebody follows, by one consumer for all of them, wherever each of them is on its
 * partition. Costs nothing while nobody follows. Owns its thread, to which the consumer is confined; thread-safe.
 */
public final class OutputTail implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OutputTail.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration UNTIL_NEXT_TRY = Duration.ofMillis(500);
    private static final Duration WITHOUT_END = Duration.ofMillis(Long.MAX_VALUE);
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Repeats repeats;
    private final Map<String, String> kafka;
    private final String topic;
    private final InstantSource clock;
    private final Set<OutputCursor> cursors = ConcurrentHashMap.newKeySet();
    private final Bell wanted = new Bell();
    private final Thread thread =
            Thread.ofPlatform().name("postroad-output-tail").daemon().unstarted(this::run);
    private volatile boolean away;
    private volatile boolean closed;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    /** @param kafka properties of a client of Kafka */
    public OutputTail(Map<String, String> kafka, String topic, InstantSource clock) {
        this.kafka = Map.copyOf(kafka);
        this.topic = topic;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
    }

    /** Starts its thread. */
    public void start() {
        thread.start();
    }

    /**
     * Begins to look for the output of a run; to be closed.
     *
     * @param changed told whenever something was found or the mark was reached; must not block
     */
    public OutputCursor follow(String runId, OutputStart start, Runnable changed) {
        OutputCursor cursor = new OutputCursor(this, runId, start, changed);
        cursors.add(cursor);
        wake();
        return cursor;
    }

    void forget(OutputCursor cursor) {
        cursors.remove(cursor);
    }

    void wake() {
        wanted.ring();
    }

    /** Whether Kafka did not answer the last time. */
    boolean isAway() {
        return away;
    }

    private void run() {
        try {
            boolean _ = wanted.await(WITHOUT_END);
            while (!closed) {
                look();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> opened = new KafkaConsumer<>(WithoutGroup.properties(kafka, LIMIT))) {
            consumer = opened;
            OutputLook looking = new OutputLook(opened, topic, clock);
            while (!closed) {
                boolean more = looking.look(cursors);
                away = false;
                if (!more) {
                    boolean _ = wanted.await(cursors.isEmpty() ? WITHOUT_END : BETWEEN_LOOKS);
                }
            }
        } catch (WakeupException stopped) {
            LOG.debug("the output is not followed any more");
        } catch (RuntimeException failed) {
            // Readers go on with the events alone, and those who connect again find what they missed.
            repeats.warn("the output of runs is not followed for now; trying again", failed);
            away = true;
            boolean _ = wanted.await(UNTIL_NEXT_TRY);
        } finally {
            consumer = null;
        }
    }

    @Override
    public void close() {
        closed = true;
        wake();
        KafkaConsumer<byte[], byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
        try {
            thread.join(LIMIT.multipliedBy(2));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
