package dev.postroad.runtime.reading;

import dev.postroad.runtime.background.Hourly;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pages of one consumer, and the places in Kafka that are kept for them: an offset is committed once everything
 * before it is done, with the topic's id beside it, so that the place in a topic is not taken for one in another of the
 * same name. Confined to the reader's thread.
 */
final class Book implements Pages {
    private static final Logger LOG = LoggerFactory.getLogger(Book.class);
    private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicWatch watch;
    private final boolean keepsPlace;
    private final Duration firstPause;
    private final InstantSource clock;
    private final Hourly all;
    private final Map<Integer, Page> pages = new TreeMap<>();
    private Instant committedAt = Instant.EPOCH;

    /** @param firstPause see {@link Page#Page} */
    Book(
            Consumer<byte[], byte[]> consumer,
            TopicWatch watch,
            boolean keepsPlace,
            Duration firstPause,
            InstantSource clock) {
        this.consumer = consumer;
        this.watch = watch;
        this.keepsPlace = keepsPlace;
        this.firstPause = firstPause;
        this.clock = clock;
        this.all = new Hourly(clock);
    }

    Collection<Page> pages() {
        return pages.values();
    }

    @Nullable
    Page page(int partition) {
        return pages.get(partition);
    }

    @Override
    public void open(Collection<TopicPartition> partitions) {
        partitions.forEach(
                partition -> pages.put(partition.partition(), new Page(partition, watch.news(), firstPause)));
        consumer.pause(partitions);
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> pages.remove(partition.partition()));
    }

    @Override
    public boolean isHandedOver(TopicPartition partition, long upTo) {
        Page page = pages.get(partition.partition());
        return page != null && page.isHandedOver(upTo);
    }

    /** Whether a record waits for nothing but to be known of which topic it is. */
    boolean waitsForWatch() {
        return pages.values().stream()
                .anyMatch(page -> !page.waiting().isEmpty()
                        && !watch.covers(page.waiting().getFirst().news()));
    }

    /** Decides from where pages are read: those that are new, and those of a topic that is no more. */
    void place(Topic known) {
        Set<TopicPartition> fresh = new HashSet<>();
        for (Page page : pages.values()) {
            if (page.topic() == null && watch.covers(page.news())) {
                fresh.add(page.partition());
            } else if (page.topic() != null && !page.isOf(known)) {
                beginAnew(page);
                page.isNowOf(known);
            }
        }
        if (keepsPlace && !fresh.isEmpty()) {
            placeByCommitted(known, fresh);
        }
        fresh.forEach(partition -> isNowOf(partition, known));
    }

    private void isNowOf(TopicPartition partition, Topic known) {
        Page page = pages.get(partition.partition());
        if (page != null) {
            page.isNowOf(known);
        }
    }

    private void placeByCommitted(Topic known, Set<TopicPartition> fresh) {
        consumer.committed(fresh, LIMIT).forEach((partition, offset) -> {
            Page page = pages.get(partition.partition());
            if (page != null && offset != null && !isOf(known, offset.metadata())) {
                beginAnew(page);
            }
        });
    }

    /** Whether an offset was committed for that very topic; earlier releases did not say for which. */
    private static boolean isOf(Topic known, String committedFor) {
        return committedFor.isEmpty() || known.named().map(committedFor::equals).orElse(true);
    }

    private void beginAnew(Page page) {
        LOG.warn("the topic was made anew, so {} is read from its beginning", page.partition());
        page.forget();
        consumer.seekToBeginning(Set.of(page.partition()));
    }

    /** What was handed over before and is not done, has been dropped by those who had it: it is read again. */
    void rewind(Page page) {
        OptionalLong first = page.ledger().first();
        if (first.isPresent()) {
            page.forget();
            consumer.seek(page.partition(), first.getAsLong());
        }
    }

    /** Has Kafka keep the places that have changed, once a second. */
    void commitNowAndThen() {
        Instant now = clock.instant();
        if (!keepsPlace || watch.known() == null || now.isBefore(committedAt.plus(COMMIT_EVERY))) {
            return;
        }
        committedAt = now;
        if (all.isDue()) {
            // What is not committed for long, Kafka forgets.
            pages.values().forEach(page -> page.committed(null));
            all.done();
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = news(consumer.assignment());
        if (!offsets.isEmpty()) {
            offsets.forEach(this::committed);
            // Nobody waits for it: a cancel that came meanwhile would wait too.
            consumer.commitAsync(offsets, (sent, failure) -> {
                if (failure != null) {
                    LOG.debug("these are committed the next time: {}", sent, failure);
                    sent.keySet().forEach(partition -> committed(partition, null));
                }
            });
        }
    }

    private void committed(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
        Page page = pages.get(partition.partition());
        if (page != null) {
            page.committed(offset);
        }
    }

    @Override
    public void commit(Collection<TopicPartition> partitions) {
        if (!keepsPlace || watch.known() == null) {
            return;
        }
        try {
            Map<TopicPartition, OffsetAndMetadata> offsets = news(partitions);
            if (!offsets.isEmpty()) {
                consumer.commitSync(offsets, LIMIT);
            }
        } catch (WakeupException stop) {
            throw stop;
        } catch (KafkaException notCommitted) {
            LOG.warn(
                    "the offsets of {} could not be committed; what is read again changes nothing: {}",
                    partitions,
                    notCommitted.getMessage());
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> news(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        Set<TopicPartition> assigned = consumer.assignment();
        for (TopicPartition partition : partitions) {
            Page page = pages.get(partition.partition());
            if (page != null && page.topic() != null && assigned.contains(partition)) {
                OffsetAndMetadata news = page.news(position(partition));
                if (news != null) {
                    offsets.put(partition, news);
                }
            }
        }
        return offsets;
    }

    /** Where the next record is looked for: behind what was read, and behind what is not shown to readers. */
    private OptionalLong position(TopicPartition partition) {
        try {
            return OptionalLong.of(consumer.position(partition, Duration.ZERO));
        } catch (TimeoutException notYetKnown) {
            return OptionalLong.empty();
        }
    }
}
