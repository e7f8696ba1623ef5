package dev.postroad.contracts.client;

import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the newest event of a run that has something, among those that were published before.
 *
 * <p>Reads the run's partitions backwards, in windows that grow: what happened lately is found at once, however much the
 * topic retains, and of all that is read just one event is kept. Confined to one thread.
 */
final class PastEvents implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);
    private static final long FIRST_WINDOW_RECORDS = 1_000;
    private static final long GROWTH = 4;

    private final Consumer<byte[], byte[]> consumer;
    private final RunPartitions partitions;
    private final EventReader reader;
    private final Predicate<RunEvent> wanted;
    private final Map<TopicPartition, Long> beginnings;
    private final Map<TopicPartition, Window> windows = new HashMap<>();
    private long windowRecords = FIRST_WINDOW_RECORDS;
    private @Nullable RunEvent newest;
    private boolean over;

    /** Offsets of one partition. */
    private record Window(long from, long to) {}

    private PastEvents(
            Consumer<byte[], byte[]> consumer,
            RunPartitions partitions,
            Predicate<RunEvent> wanted,
            Map<TopicPartition, Long> beginnings) {
        this.consumer = consumer;
        this.partitions = partitions;
        this.reader = new EventReader(partitions.runId());
        this.wanted = wanted;
        this.beginnings = beginnings;
    }

    /** Takes over the consumer, also to close it where this fails. */
    static PastEvents open(Consumer<byte[], byte[]> consumer, RunPartitions partitions, Predicate<RunEvent> wanted) {
        try {
            List<TopicPartition> read = partitions.of(partitions.all(consumer));
            // Kafka's client warns when it is told an end of a partition that it does not read.
            consumer.assign(read);
            var past = new PastEvents(consumer, partitions, wanted, consumer.beginningOffsets(read));
            consumer.endOffsets(read).forEach((partition, end) -> past.windows.put(partition, new Window(end, end)));
            past.openWindows();
            return past;
        } catch (KafkaException failed) {
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            throw partitions.failed(failed);
        } catch (PostroadClientException failed) {
            consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
            throw failed;
        }
    }

    private void openWindows() {
        windows.replaceAll((partition, later) ->
                new Window(Math.max(beginningOf(partition), later.from() - windowRecords), later.from()));
        windowRecords *= GROWTH;
        windows.forEach((partition, window) -> consumer.seek(partition, window.from()));
    }

    private long beginningOf(TopicPartition partition) {
        return beginnings.getOrDefault(partition, 0L);
    }

    /** Whether there is nothing more to look for: the event is found, or is not there. */
    boolean isOver() {
        return over;
    }

    /** What was found, once it is over; an event of the journal before one outside it. */
    Optional<RunEvent> found() {
        return over ? Optional.ofNullable(newest) : Optional.empty();
    }

    /** Reads on for some time. */
    void read(Duration limit) {
        try {
            consumer.poll(limit).forEach(this::take);
            if (windows.entrySet().stream()
                    .allMatch(window -> consumer.position(window.getKey(), limit)
                            >= window.getValue().to())) {
                closeWindows();
            }
        } catch (RetriableException away) {
            // Whoever waits follows the run too, and learns there when Kafka stays away.
        } catch (KafkaException failed) {
            throw partitions.failed(failed);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        Window window = windows.get(new TopicPartition(record.topic(), record.partition()));
        if (window == null || record.offset() >= window.to() || !reader.concerns(record)) {
            return;
        }
        Optional<RunEvent> event = reader.read(record).filter(wanted);
        if (event.isPresent() && (newest == null || event.get().seq() >= newest.seq())) {
            newest = event.get();
        }
    }

    private void closeWindows() {
        boolean foundInJournal = newest != null && newest.seq() > 0;
        boolean atBeginning = windows.entrySet().stream()
                .allMatch(window -> window.getValue().from() <= beginningOf(window.getKey()));
        if (foundInJournal || atBeginning) {
            over = true;
        } else {
            openWindows();
        }
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(CLOSE_LIMIT));
    }
}
