package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.bench.Latencies;
import dev.postroad.bench.Place;
import dev.postroad.contracts.message.Trigger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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

    private final Place place;
    private final List<Long> sentAt = new ArrayList<>();
    private final List<Double> quietMillis = new ArrayList<>();
    private final List<Double> fuzzedMillis = new ArrayList<>();
    private final BitSet completed = new BitSet();
    private volatile @Nullable ScheduledFuture<?> pulse;
    private int warm;
    private int quiet = Integer.MAX_VALUE;

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

    /** What is sent from now on is beside what is thrown. */
    synchronized void isFuzzed() {
        quiet = sentAt.size();
    }

    /** Takes an event of any run. */
    void event(ConsumerRecord<byte[], byte[]> event, String type) {
        if (event.key() == null || !type.equals("run.completed")) {
            return;
        }
        String runId = new String(event.key(), StandardCharsets.UTF_8);
        if (runId.startsWith(PREFIX)) {
            completed(Integer.parseInt(runId.substring(PREFIX.length())), event.timestamp());
        }
    }

    private synchronized void completed(int number, long at) {
        if (completed.get(number)) {
            return;
        }
        completed.set(number);
        double millis = at - sentAt.get(number);
        if (number >= quiet) {
            fuzzedMillis.add(millis);
        } else if (number >= warm) {
            quietMillis.add(millis);
        }
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
