package dev.postroad.contracts.client;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.live.Known;
import dev.postroad.contracts.live.Known.Events;
import dev.postroad.contracts.live.Live;
import dev.postroad.contracts.live.LiveOrder;
import dev.postroad.contracts.message.OutputChunk;
import dev.postroad.contracts.message.RunEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What happens in one run as it is published, and between it what its nodes show: the chunks of an attempt after its
 * {@code node.started} and before the event that ends it. Each event is given once, as by a {@link RunWatch}, and each
 * chunk too. Chunks may be missing where Kafka took them too slowly; their {@code index} tells.
 *
 * <p>An event waits for output for at most 2 s, and a chunk of an attempt whose start is not known for 1 s. What is held
 * meanwhile is bounded. Where Kafka goes away and comes back, the watch goes on where it was; where it stays away for as
 * long as the client's time limit, waiting ends with a {@link PostroadClientException}.
 *
 * <p>Confined to one thread at a time.
 */
public final class LiveWatch implements AutoCloseable {
    private static final Duration BEAT = Duration.ofMillis(20);
    private static final Duration GLANCE = Duration.ofMillis(1);
    private static final Duration PATIENCE_OF_EVENTS = Duration.ofSeconds(2);
    private static final Duration PATIENCE_OF_CHUNKS = Duration.ofSeconds(1);
    private static final int MOST_EVENTS = 100;
    private static final int MOST_CHARACTERS = 1 << 20;

    private final RunWatch events;
    private final FollowedPartitions output;
    private final LiveOrder order;
    private final LongSupplier nanoTime;
    private final byte[] key;
    private Map<TopicPartition, Long> ends = Map.of();
    private long eventsFoundAt;
    private long chunkFoundAt;
    private boolean nothingFoundSince;

    LiveWatch(RunWatch events, FollowedPartitions output, LiveOrder order, LongSupplier nanoTime) {
        this.events = events;
        this.output = output;
        this.order = order;
        this.nanoTime = nanoTime;
        this.key = events.runId().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Waits for what comes next.
     *
     * @param limit the longest wait, but for a second more while Kafka does not answer
     * @return empty where nothing came in time
     * @throws PostroadClientException where Kafka refused or stayed away, or an event of this run cannot be read
     */
    public Optional<Live> poll(Duration limit) {
        long begun = nanoTime.getAsLong();
        Optional<Live> next = order.next(known());
        Duration left = limit;
        while (next.isEmpty() && !left.isNegative()) {
            find(left.compareTo(BEAT) < 0 ? left : BEAT);
            next = order.next(known());
            left = limit.minus(since(begun));
        }
        if (next.isPresent()) {
            chunkFoundAt = nanoTime.getAsLong();
            nothingFoundSince = false;
        }
        return next;
    }

    private void find(Duration limit) {
        boolean waits = order.events() > 0;
        findOutput(waits ? limit : GLANCE);
        if (!waits) {
            findEvents(limit);
        }
    }

    private void findEvents(Duration limit) {
        Optional<RunEvent> event = events.poll(limit);
        nothingFoundSince = event.isEmpty();
        while (event.isPresent()) {
            if (event.get().seq() == 0 || event.get().seq() > order.seq()) {
                order.add(event.get());
            }
            event = order.events() < MOST_EVENTS ? events.poll(Duration.ZERO) : Optional.empty();
        }
        if (order.events() > 0) {
            eventsFoundAt = nanoTime.getAsLong();
            ends = output.ends();
        }
    }

    private void findOutput(Duration limit) {
        if (order.characters() >= MOST_CHARACTERS) {
            return;
        }
        for (ConsumerRecord<byte[], byte[]> record : output.poll(limit)) {
            if (Arrays.equals(record.key(), key) && record.value() != null) {
                add(record);
            }
        }
    }

    private void add(ConsumerRecord<byte[], byte[]> record) {
        try {
            OutputChunk chunk = OutputChunk.read(record.value());
            if (order.chunks() == 0) {
                chunkFoundAt = nanoTime.getAsLong();
                nothingFoundSince = false;
            }
            order.add(chunk, record.offset());
        } catch (FaultsException foreign) {
            // Whatever it is, it is none of the run's output, of which some may be missing anyway.
            return;
        }
    }

    private Known known() {
        return new Known(order.events() > 0 && isOutputKnown(), knownEvents());
    }

    private boolean isOutputKnown() {
        return output.hasReached(ends)
                || order.characters() >= MOST_CHARACTERS
                || since(eventsFoundAt).compareTo(PATIENCE_OF_EVENTS) > 0;
    }

    private Events knownEvents() {
        if (order.chunks() == 0 || !nothingFoundSince) {
            return Events.ALMOST_ALL;
        }
        return since(chunkFoundAt).compareTo(PATIENCE_OF_CHUNKS) > 0 ? Events.ALL : Events.NEARLY_ALL;
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(nanoTime.getAsLong() - nanos);
    }

    /** Whether the run had ended with the last of its events that were given. */
    public boolean hasEnded() {
        return order.events() == 0 && events.hasEnded();
    }

    /** Ends the watch. */
    @Override
    public void close() {
        try {
            output.close();
        } finally {
            events.close();
        }
    }
}
