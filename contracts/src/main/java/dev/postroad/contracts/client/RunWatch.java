package dev.postroad.contracts.client;

import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The events of one run as they are published, each once: an event of the journal is given only if its {@code seq} is
 * greater than the last one's; an event outside the journal is always given. Events of types that this version does
 * not know are passed over.
 *
 * <p>An iteration waits for each event, and ends when the run has: behind {@code run.completed}, {@code run.failed} or
 * {@code run.cancelled}, and behind a {@code trigger.rejected} that no event of the run came before. A run that is
 * continued, retried or rolled back after its end goes on under its id: iterate again to follow it to its next end. All
 * iterations and {@link #poll} go on where the one before stopped. To stop one from outside, interrupt its thread.
 *
 * <p>Where Kafka goes away and comes back, the watch goes on where it was; where it stays away for as long as the
 * client's time limit, waiting ends with a {@link PostroadClientException}, and the watch can still be tried again. The
 * topic may get more partitions meanwhile.
 *
 * <p>Reads the one partition to which Kafka's own partitioner sends the run's key, or all of them where the properties
 * name a partitioner. Confined to one thread at a time.
 */
public final class RunWatch implements Iterable<RunEvent>, AutoCloseable {
    private final FollowedPartitions partitions;
    private final EventReader reader;
    private final LongSupplier nanoTime;
    private final Queue<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private @Nullable RunEvent last;

    private RunWatch(FollowedPartitions partitions, EventReader reader, LongSupplier nanoTime) {
        this.partitions = partitions;
        this.reader = reader;
        this.nanoTime = nanoTime;
    }

    /** Takes over the consumer, also to close it where this fails. */
    static RunWatch open(
            Consumer<byte[], byte[]> consumer, RunPartitions partitions, StartOfWatch start, LongSupplier nanoTime) {
        return new RunWatch(
                FollowedPartitions.open(consumer, partitions, start, nanoTime),
                new EventReader(partitions.runId()),
                nanoTime);
    }

    /**
     * Waits for the next event.
     *
     * @param limit the longest wait, but for a second more while Kafka does not answer; where it is over or zero, what
     *     Kafka's client has at hand is still taken
     * @return empty where none came in time
     * @throws PostroadClientException where Kafka refused or stayed away, or an event of this run cannot be read
     */
    public Optional<RunEvent> poll(Duration limit) {
        long begun = nanoTime.getAsLong();
        Duration left = limit;
        do {
            Optional<RunEvent> next = nextFetched();
            if (next.isPresent()) {
                return next;
            }
            fetch(left);
            left = limit.minusNanos(nanoTime.getAsLong() - begun);
        } while (left.isPositive());
        return nextFetched();
    }

    private void fetch(Duration limit) {
        for (ConsumerRecord<byte[], byte[]> record : partitions.poll(limit.isNegative() ? Duration.ZERO : limit)) {
            if (reader.concerns(record)) {
                fetched.add(record);
            }
        }
    }

    private Optional<RunEvent> nextFetched() {
        while (!fetched.isEmpty()) {
            Optional<RunEvent> event = reader.read(fetched.remove()).filter(this::isNew);
            if (event.isPresent()) {
                return event;
            }
        }
        return Optional.empty();
    }

    private boolean isNew(RunEvent event) {
        if (event.seq() == 0) {
            return true;
        }
        if (last != null && event.seq() <= last.seq()) {
            return false;
        }
        last = event;
        return true;
    }

    /** The events up to the next end of the run, waiting for each as long as it takes. */
    @Override
    public Iterator<RunEvent> iterator() {
        return new EventIterator(this, null, nanoTime);
    }

    /**
     * The events up to the next end of the run, or those of some time where it does not end within it:
     * {@link #hasEnded} tells one from the other.
     *
     * @param limit for all of an iteration, from its begin
     */
    public Iterable<RunEvent> within(Duration limit) {
        return () -> new EventIterator(this, limit, nanoTime);
    }

    /** Whether the run had ended with the last of its events that were given. */
    public boolean hasEnded() {
        return last != null && last.type().endsRun();
    }

    String runId() {
        return partitions.runId();
    }

    /** Whether an event of the run's journal was given. */
    boolean hasBegun() {
        return last != null;
    }

    /** Ends the watch. */
    @Override
    public void close() {
        fetched.clear();
        partitions.close();
    }
}
