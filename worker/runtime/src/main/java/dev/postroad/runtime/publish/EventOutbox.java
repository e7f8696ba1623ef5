package dev.postroad.runtime.publish;

import dev.postroad.runtime.background.Repeats;
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
import java.util.function.UnaryOperator;
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
    /** Later than every row, however far ahead the clock was that stamped it. */
    private static final Instant END_OF_TIME = Instant.parse("9999-01-01T00:00:00Z");

    private final Producer<String, byte[]> producer;
    private final JournalReader journal;
    private final ValueLimit limit = new ValueLimit();
    private final EventRecords records;
    private final AtomicLong outstandingBytes = new AtomicLong();
    private final LongAdder acknowledged = new LongAdder();
    private final Deque<InFlight> stretches = new ArrayDeque<>();
    private final Map<Integer, Behind> behind = new HashMap<>();
    private final Map<Integer, Boolean> owned = new TreeMap<>();
    private final Repeats repeats;
    private Instant pausedUntil = Instant.EPOCH;
    private Instant readUpTo = Instant.EPOCH;
    /** The real time of the last {@link #tick}. */
    private Instant now = Instant.EPOCH;

    private @Nullable InFlight probe;

    /** @param topic the events topic */
    public EventOutbox(Producer<String, byte[]> producer, JournalReader journal, String topic) {
        this(producer, journal, topic, key -> key);
    }

    /**
     * @param topic the events topic
     * @param published gives the key under which a run's events are published that are read back, as whoever calls
     *     {@link #publish} does for all others
     */
    public EventOutbox(
            Producer<String, byte[]> producer, JournalReader journal, String topic, UnaryOperator<RunKey> published) {
        this.producer = producer;
        this.journal = journal;
        this.repeats = new Repeats(LOG, () -> now);
        this.records = new EventRecords(topic, limit, published);
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
        send(record, stretch(at));
    }

    /**
     * Catches up by a page, and notices what Kafka acknowledged; to be called often.
     *
     * @param stamp no row to come will be older
     * @param now the real time, by which pauses go: stamps may be ahead of it, and stand still until it comes up
     */
    public void tick(Instant stamp, Instant now) {
        this.now = now;
        stretches.stream().filter(stretch -> stretch.failure() != null).toList().forEach(this::fail);
        if (probe != null && probe.isAcknowledged()) {
            limit.taken(probe.largestBytes());
            probe = null;
        }
        stretches.removeIf(stretch -> stretch.isAcknowledged() && isOver(stretch, stamp));
        if (isCatchingUp(now)) {
            catchUp(behind.keySet().iterator().next(), stamp);
        }
    }

    /**
     * Whether there is anything that {@link #tick} should be called soon for.
     *
     * @param now the real time
     */
    public boolean isCatchingUp(Instant now) {
        return !behind.isEmpty()
                && probe == null
                && !isPaused(now)
                && outstandingBytes.get() < Producers.MAX_OUTSTANDING_BYTES / 2;
    }

    /** A pause that seems longer than pauses are was begun by a clock that was set back since. */
    private boolean isPaused(Instant time) {
        return time.isBefore(pausedUntil) && !time.isBefore(pausedUntil.minus(PAUSE_AFTER_FAILURE));
    }

    /**
     * The latest time of a row that was read back; a row to come must not be older, or the reading would have passed it
     * by. It is in the future where the worker that wrote the row had a clock that was ahead.
     */
    public Instant readUpTo() {
        return readUpTo;
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
     * @param stamp no row to come will be older
     */
    public Map<Integer, Instant> publishedUntil(Instant stamp) {
        Instant acknowledged = stretches.stream()
                .filter(stretch -> !stretch.isAcknowledged())
                .map(InFlight::firstAt)
                .min(Comparator.naturalOrder())
                .orElse(stamp);
        Map<Integer, Instant> until = new TreeMap<>();
        for (Integer shard : owned.keySet()) {
            Behind missing = behind.get(shard);
            Instant from = missing == null ? stamp : missing.position().at();
            until.put(shard, from.isBefore(acknowledged) ? from : acknowledged);
        }
        return until;
    }

    /** False where Kafka refused at once; nothing more is to be sent then, lest it overtakes what was refused. */
    private boolean send(ProducerRecord<String, byte[]> record, InFlight stretch) {
        stretch.add(record.value().length);
        var _ = producer.send(record, stretch);
        if (stretch.failure() == null) {
            return true;
        }
        fail(stretch);
        return false;
    }

    private InFlight stretch(Instant at) {
        InFlight last = stretches.peekLast();
        if (last == null || at.isBefore(last.firstAt()) || isOver(last, at)) {
            // A row that is read back may be older than what is in flight, and must not hide behind it.
            InFlight next = new InFlight(at, now, outstandingBytes, acknowledged);
            stretches.addLast(next);
            return next;
        }
        return last;
    }

    /** By the stamps, or by the real time where they stand still. */
    private boolean isOver(InFlight stretch, Instant stamp) {
        return stamp.isAfter(stretch.firstAt().plus(STRETCH))
                || now.isAfter(stretch.begunAt().plus(STRETCH));
    }

    private void fail(InFlight stretch) {
        stretches.remove(stretch);
        if (stretch == probe) {
            probe = null;
        }
        if (!(stretch.failure() instanceof RecordTooLargeException) || !limit.refused(stretch.largestBytes())) {
            repeats.warn("Kafka refused events; they are published again from the journal: " + stretch.failure());
            pausedUntil = now.plus(PAUSE_AFTER_FAILURE);
        }
        for (Integer shard : owned.keySet()) {
            behind.merge(shard, new Behind(Position.startOf(stretch.firstAt()), FIRST_WINDOW), Behind::earlier);
        }
    }

    private void catchUp(int shard, Instant stamp) {
        Behind from = java.util.Objects.requireNonNull(behind.get(shard));
        Instant end = from.position().at().plus(from.window());
        boolean last = end.isAfter(stamp);
        List<PublishedRow> page = page(shard, from.position(), last ? END_OF_TIME : end);
        if (page == null) {
            return;
        }
        if (!page.isEmpty()) {
            Instant newest = page.getLast().position().at();
            readUpTo = newest.isAfter(readUpTo) ? newest : readUpTo;
        }
        for (PublishedRow row : page) {
            ProducerRecord<String, byte[]> record = records.record(row);
            if (!limit.isProven(record.value().length)) {
                // At the start of its time: rows of the very same time may yet be committed, also of runs before it.
                behind.put(shard, new Behind(Position.startOf(row.position().at()), from.window()));
                probe(record, row.position().at());
                return;
            }
            if (!send(record, stretch(row.position().at()))) {
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
    private void probe(ProducerRecord<String, byte[]> record, Instant at) {
        InFlight alone = new InFlight(at, now, outstandingBytes, acknowledged);
        stretches.addFirst(alone);
        probe = alone;
        send(record, alone);
    }

    private @Nullable List<PublishedRow> page(int shard, Position after, Instant before) {
        try {
            return journal.page(shard, after, before, PAGE_ROWS);
        } catch (SQLException away) {
            repeats.warn("the journals of shards cannot be read back yet", away);
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
