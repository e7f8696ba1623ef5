package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.Place;
import dev.postroad.bench.fuzz.SoundStages.Stage;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Trigger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Runs that have nothing to do with what is thrown, so many a second, and how long each takes from its trigger to its
 * {@code run.completed} by the clock of the broker. Thread-safe.
 */
final class SoundRuns {
    static final String GRAPH = "fuzz-sound";

    private static final String PREFIX = "sound-";
    private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.UTF_8);

    private final Place place;
    private final List<Long> sentAt = new ArrayList<>();
    private final List<Double> quietMillis = new ArrayList<>();
    private final List<Double> fuzzedMillis = new ArrayList<>();
    private final SoundStages quietStages = new SoundStages();
    private final SoundStages fuzzedStages = new SoundStages();
    private final Map<Integer, Long> queuedAt = new HashMap<>();
    private final BitSet completed = new BitSet();
    private volatile @Nullable ScheduledFuture<?> pulse;
    private int warm;
    private int thrown = Integer.MAX_VALUE;
    private int fuzzed = Integer.MAX_VALUE;

    SoundRuns(Place place) {
        this.place = place;
    }

    /** Begins to trigger them. */
    void start(ScheduledExecutorService clock, int perSecond) {
        // Late ones are not made up for: a burst of them would wait for itself.
        pulse = clock.scheduleWithFixedDelay(this::trigger, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    }

    /** Triggers no more. */
    void stop() {
        if (pulse != null) {
            pulse.cancel(false);
        }
        place.flush();
    }

    private void trigger() {
        int number;
        synchronized (this) {
            number = sentAt.size();
            sentAt.add(System.currentTimeMillis());
        }
        String runId = PREFIX + number;
        place.send(
                place.topics().triggers(),
                runId,
                Trigger.of(GRAPH, null, JsonNodeFactory.instance.objectNode()).toJson());
    }

    /** What was sent by now does not count: the worker was cold. */
    synchronized void isWarm() {
        warm = sentAt.size();
    }

    /** What is sent from now on is beside what is thrown, and does not count yet: the worker is cold for that, too. */
    synchronized void isThrownAt() {
        thrown = sentAt.size();
    }

    /** What is sent from now on counts as beside what is thrown. */
    synchronized void isFuzzed() {
        fuzzed = sentAt.size();
    }

    /** Takes a committed record of any topic that the worker reads. */
    void readable(ConsumerRecord<byte[], byte[]> record) {
        int number = number(record);
        if (number >= 0) {
            stage(number, Stage.READABLE, System.currentTimeMillis() - sentAt(number));
        }
    }

    /** Takes an event of any run. */
    void event(ConsumerRecord<byte[], byte[]> event, String type) {
        int number = number(event);
        if (number < 0) {
            return;
        }
        if (type.equals("run.queued")) {
            queued(number, at(event));
        } else if (type.equals("run.completed")) {
            completed(number, at(event), event.timestamp());
        }
    }

    /** The number of the sound run that the key of a record names; -1 for any other. */
    private static int number(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.key().length <= PREFIX_BYTES.length) {
            return -1;
        }
        boolean isSound = Arrays.equals(record.key(), 0, PREFIX_BYTES.length, PREFIX_BYTES, 0, PREFIX_BYTES.length);
        return isSound
                ? Integer.parseInt(new String(record.key(), StandardCharsets.UTF_8).substring(PREFIX.length()))
                : -1;
    }

    /** By the clock of the worker, on this machine. */
    private static long at(ConsumerRecord<byte[], byte[]> event) {
        try {
            return Instant.parse(Json.readOwn(event.value()).path("at").asText())
                    .toEpochMilli();
        } catch (FaultsException unreadable) {
            throw new IllegalStateException("an event cannot be read: " + event, unreadable);
        }
    }

    private synchronized long sentAt(int number) {
        return sentAt.get(number);
    }

    private synchronized void stage(int number, Stage stage, long millis) {
        if (number >= fuzzed) {
            fuzzedStages.add(stage, (double) millis);
        } else if (number >= warm && number < thrown) {
            quietStages.add(stage, (double) millis);
        }
    }

    private synchronized void queued(int number, long at) {
        if (queuedAt.putIfAbsent(number, at) == null) {
            stage(number, Stage.ADMITTED, at - sentAt.get(number));
        }
    }

    private synchronized void completed(int number, long endedAt, long publishedAt) {
        if (completed.get(number)) {
            return;
        }
        completed.set(number);
        Long began = queuedAt.remove(number);
        if (began != null) {
            stage(number, Stage.STEPPED, endedAt - began);
        }
        stage(number, Stage.PUBLISHED, publishedAt - endedAt);
        double millis = publishedAt - sentAt.get(number);
        if (number >= fuzzed) {
            fuzzedMillis.add(millis);
        } else if (number >= warm && number < thrown) {
            quietMillis.add(millis);
        }
    }

    synchronized SoundStages quietStages() {
        return quietStages;
    }

    synchronized SoundStages fuzzedStages() {
        return fuzzedStages;
    }

    synchronized int sent() {
        return sentAt.size();
    }

    synchronized int completed() {
        return completed.cardinality();
    }

    synchronized Latencies quiet() {
        return Latencies.of(quietMillis);
    }

    synchronized Latencies fuzzed() {
        return Latencies.of(fuzzedMillis);
    }
}
