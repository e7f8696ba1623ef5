package dev.postroad.runtime.publish;

import dev.postroad.runtime.journal.JournalReader;
import dev.postroad.runtime.journal.JournalRow;
import dev.postroad.runtime.journal.PublishedRow;
import dev.postroad.runtime.journal.PublishedRow.Position;
import dev.postroad.runtime.journal.RunKey;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the committed events of a lane's shards, in order for each run, at least once.
 *
 * <p>A shard is <em>live</em> while its events go from memory to the producer as they are committed. It is
 * <em>behind</em> when it was taken over, or when Kafka takes no more: then its new events are not sent at all, but
 * read back from the journal, page by page from the first that may be missing, until a page reaches the end:
 *
 * <pre>
 *   own ──► behind ───────(page reached the end)───────► live
 *              ▲                                           │
 *              └──(too much in flight, unproven, failure)──┘
 * </pre>
 *
 * <p>The switch back to live loses nothing because the thread that reads the last page is the one that commits: no row
 * of the shard can come in between.
 *
 * <p>A value so large that Kafka may refuse it is sent from the journal only, and nothing is read back until Kafka
 * answered: what comes after it in its run must not overtake it. Confined to the lane's thread, but
 * for {@link #acknowledged}.
 */
public final class EventOutbox {
    private static final Logger LOG = LoggerFactory.getLogger(EventOutbox.class);
    private static final int PAGE_ROWS = 1_000;
    private static final Duration STRETCH = Duration.ofMillis(250);
    private static final Duration FIRST_WINDOW = Duration.ofSeconds(1);
    private static final Duration LONGEST_WINDOW = Duration.ofDays(1);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

    private final Producer<String, byte[]> producer;
    private final JournalReader journal;
    private final ValueLimit limit = new ValueLimit();
    private final EventRecords records;
    private final AtomicLong outstandingBytes = new AtomicLong();
    private final LongAdder acknowledged = new LongAdder();
    private final Deque<InFlight> stretches = new ArrayDeque<>();
    private final Map<Integer, Behind> behind = new HashMap<>();
    private final Map<Integer, Boolean> owned = new TreeMap<>();
    private Instant pausedUntil = Instant.EPOCH;
    private @Nullable InFlight probe;

    /** @param topic the events topic */
    public EventOutbox(Producer<String, byte[]> producer, JournalReader journal, String topic) {
        this.producer = producer;
        this.journal = journal;
        this.records = new EventRecords(topic, limit);
    }

    /** Takes a shard over; what may be missing on the topic since {@code publishedAt} is published again. */
    public void own(int shard, Instant publishedAt) {
        owned.put(shard, true);
        behind.put(shard, new Behind(Position.startOf(publishedAt), FIRST_WINDOW));
    }

    /** Gives a shard up. */
    public void disown(int shard) {
        owned.remove(shard);
        behind.remove(shard);
    }

    /** Publishes a committed row, unless its shard is behind. */
    public void publish(RunKey key, String graph, int graphVersion, JournalRow row) {
        if (behind.containsKey(key.shard())) {
            return;
        }
        Instant at = row.event().at();
        ProducerRecord<String, byte[]> record = records.record(key, graph, graphVersion, row);
        if (outstandingBytes.get() > Producers.MAX_OUTSTANDING_BYTES || !limit.isProven(record.value().length)) {
            behind.put(key.shard(), new Behind(Position.startOf(at), FIRST_WINDOW));
            return;
        }
        send(record, stretch(at), at);
    }

    /** Catches up by a page, and notices what Kafka acknowledged; to be called often. */
    public void tick(Instant now) {
        stretches.stream().filter(stretch -> stretch.failure() != null).toList().forEach(failed -> fail(failed, now));
        if (probe != null && probe.isAcknowledged()) {
            limit.taken(probe.largestBytes());
            probe = null;
        }
        stretches.removeIf(stretch -> stretch.isAcknowledged() && isOver(stretch, now));
        if (isCatchingUp(now)) {
            catchUp(behind.keySet().iterator().next(), now);
        }
    }

    /** Whether there is anything that {@link #tick} should be called soon for. */
    public boolean isCatchingUp(Instant now) {
        return !behind.isEmpty()
                && probe == null
                && !now.isBefore(pausedUntil)
                && outstandingBytes.get() < Producers.MAX_OUTSTANDING_BYTES / 2;
    }

    /** How many bytes wait for Kafka's acknowledgement. */
    public long outstandingBytes() {
        return outstandingBytes.get();
    }

    /** How many events Kafka has acknowledged, those among them that were sent again. Thread-safe. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** How many shards are behind. */
    public int shardsBehind() {
        return behind.size();
    }

    /**
     * For each shard, a time before which every row is on the topic.
     *
     * @param now no row to come will be older
     */
    public Map<Integer, Instant> publishedUntil(Instant now) {
        Instant acknowledged = stretches.stream()
                .filter(stretch -> !stretch.isAcknowledged())
                .map(InFlight::firstAt)
                .min(Comparator.naturalOrder())
                .orElse(now);
        Map<Integer, Instant> until = new TreeMap<>();
        for (Integer shard : owned.keySet()) {
            Behind missing = behind.get(shard);
            Instant from = missing == null ? now : missing.position().at();
            until.put(shard, from.isBefore(acknowledged) ? from : acknowledged);
        }
        return until;
    }

    /** False where Kafka refused at once; nothing more is to be sent then, lest it overtakes what was refused. */
    private boolean send(ProducerRecord<String, byte[]> record, InFlight stretch, Instant now) {
        stretch.add(record.value().length);
        var _ = producer.send(record, stretch);
        if (stretch.failure() == null) {
            return true;
        }
        fail(stretch, now);
        return false;
    }

    private InFlight stretch(Instant at) {
        InFlight last = stretches.peekLast();
        if (last == null || at.isBefore(last.firstAt()) || isOver(last, at)) {
            // A row that is read back may be older than what is in flight, and must not hide behind it.
            InFlight next = new InFlight(at, outstandingBytes, acknowledged);
            stretches.addLast(next);
            return next;
        }
        return last;
    }

    private static boolean isOver(InFlight stretch, Instant now) {
        return now.isAfter(stretch.firstAt().plus(STRETCH));
    }

    private void fail(InFlight stretch, Instant now) {
        stretches.remove(stretch);
        if (stretch == probe) {
            probe = null;
        }
        if (!(stretch.failure() instanceof RecordTooLargeException) || !limit.refused(stretch.largestBytes())) {
            LOG.warn(
                    "Kafka refused events; they are published again from the journal: {}",
                    String.valueOf(stretch.failure()));
            pausedUntil = now.plus(PAUSE_AFTER_FAILURE);
        }
        for (Integer shard : owned.keySet()) {
            behind.merge(shard, new Behind(Position.startOf(stretch.firstAt()), FIRST_WINDOW), Behind::earlier);
        }
    }

    private void catchUp(int shard, Instant now) {
        Behind from = java.util.Objects.requireNonNull(behind.get(shard));
        Instant end = from.position().at().plus(from.window());
        boolean last = end.isAfter(now);
        List<PublishedRow> page = page(shard, from.position(), last ? now.plus(LONGEST_WINDOW) : end, now);
        if (page == null) {
            return;
        }
        for (PublishedRow row : page) {
            ProducerRecord<String, byte[]> record = records.record(row);
            if (!limit.isProven(record.value().length)) {
                // At the start of its time: rows of the very same time may yet be committed, also of runs before it.
                behind.put(shard, new Behind(Position.startOf(row.position().at()), from.window()));
                probe(record, row.position().at(), now);
                return;
            }
            if (!send(record, stretch(row.position().at()), now)) {
                return;
            }
        }
        if (page.size() == PAGE_ROWS) {
            behind.put(shard, new Behind(page.getLast().position(), from.window()));
        } else if (last) {
            behind.remove(shard);
        } else {
            Duration window = page.isEmpty() ? from.window().multipliedBy(2) : FIRST_WINDOW;
            Duration bounded = window.compareTo(LONGEST_WINDOW) > 0 ? LONGEST_WINDOW : window;
            behind.put(shard, new Behind(Position.startOf(end), bounded));
        }
    }

    /** Sends a record by itself: its stretch goes in front, where no other record joins it. */
    private void probe(ProducerRecord<String, byte[]> record, Instant at, Instant now) {
        InFlight alone = new InFlight(at, outstandingBytes, acknowledged);
        stretches.addFirst(alone);
        probe = alone;
        send(record, alone, now);
    }

    private @Nullable List<PublishedRow> page(int shard, Position after, Instant before, Instant now) {
        try {
            return journal.page(shard, after, before, PAGE_ROWS);
        } catch (SQLException away) {
            LOG.warn("the journal of shard {} cannot be read back yet: {}", shard, away.getMessage());
            pausedUntil = now.plus(PAUSE_AFTER_FAILURE);
            return null;
        }
    }

    private record Behind(Position position, Duration window) {
        /** Of two at the same time the second, which is at its start. */
        static Behind earlier(Behind current, Behind startOfTime) {
            return current.position().at().isBefore(startOfTime.position().at()) ? current : startOfTime;
        }
    }
}
