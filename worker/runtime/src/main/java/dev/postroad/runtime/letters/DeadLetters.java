package dev.postroad.runtime.letters;

import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.history.rows.Cursors;
import dev.postroad.runtime.reading.WithoutGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topic of dead letters backwards, a page at a time. There is a consumer only while a page is read, so that
 * nobody who looks costs nothing. Thread-safe; waits for Kafka, within a limit.
 */
public final class DeadLetters {
    /** The most of a page. */
    public static final int MOST_OF_A_PAGE = 200;

    /** So many bytes of each value are in a page; whoever wants the rest asks for the letter alone. */
    private static final int MOST_BYTES_IN_A_PAGE = 16 << 10;

    private static final int MOST_AT_ONCE = 2;
    private static final int FETCHED_AT_ONCE = 4 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> properties;
    private final Topics topics;
    private final Semaphore room = new Semaphore(MOST_AT_ONCE);

    /** @param kafka properties of a client of Kafka */
    public DeadLetters(Map<String, String> kafka, Topics topics) {
        this.properties = properties(kafka);
        this.topics = topics;
    }

    private static Map<String, Object> properties(Map<String, String> kafka) {
        Map<String, Object> properties = WithoutGroup.properties(kafka, LIMIT);
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCHED_AT_ONCE);
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCHED_AT_ONCE);
        return properties;
    }

    /** The names by which letters are told apart. */
    public Topics topics() {
        return topics;
    }

    /**
     * The newest, or those before a cursor.
     *
     * @throws IllegalArgumentException where the cursor is none
     * @throws org.apache.kafka.common.KafkaException where Kafka does not answer in time
     */
    public DeadLetterPage page(@Nullable String cursor, int limit) {
        Map<Integer, Long> before = cursor == null ? Map.of() : places(cursor);
        return reading(consumer -> page(consumer, before, limit));
    }

    /**
     * One, whole.
     *
     * @throws org.apache.kafka.common.KafkaException where Kafka does not answer in time
     */
    public Optional<DeadLetter> find(int partition, long offset) {
        TopicPartition place = new TopicPartition(topics.deadLetters(), partition);
        return reading(consumer -> {
            if (offset < 0 || !partitions(consumer).contains(place) || offset >= end(consumer, place)) {
                return Optional.empty();
            }
            List<DeadLetter> found = new ArrayList<>();
            read(consumer, place, offset, offset + 1, found, Integer.MAX_VALUE);
            return found.stream().filter(letter -> letter.offset() == offset).findFirst();
        });
    }

    private interface Reading<T> {
        T read(KafkaConsumer<byte[], byte[]> consumer);
    }

    private <T> T reading(Reading<T> reading) {
        if (!room.tryAcquire()) {
            throw new TimeoutException("others read dead letters already; try again in a moment");
        }
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties)) {
            return reading.read(consumer);
        } finally {
            room.release();
        }
    }

    private static long end(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    private List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.partitionsFor(topics.deadLetters()).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private DeadLetterPage page(KafkaConsumer<byte[], byte[]> consumer, Map<Integer, Long> before, int limit) {
        List<TopicPartition> all = partitions(consumer);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(all);
        Map<TopicPartition, Long> ends = consumer.endOffsets(all);
        List<DeadLetter> found = new ArrayList<>();
        Map<Integer, Long> left = new TreeMap<>();
        for (TopicPartition partition : all) {
            long begin = begins.getOrDefault(partition, 0L);
            long end = Math.min(
                    ends.getOrDefault(partition, begin), before.getOrDefault(partition.partition(), Long.MAX_VALUE));
            left.put(partition.partition(), end);
            readBackwards(consumer, partition, begin, end, limit, found);
        }
        List<DeadLetter> page = found.stream()
                .sorted(Comparator.comparing(DeadLetter::at)
                        .thenComparingLong(DeadLetter::offset)
                        .reversed())
                .limit(limit)
                .toList();
        page.forEach(letter -> left.merge(letter.partition(), letter.offset(), Math::min));
        boolean more = all.stream()
                .anyMatch(
                        partition -> left.getOrDefault(partition.partition(), 0L) > begins.getOrDefault(partition, 0L));
        return new DeadLetterPage(page, more && !page.isEmpty() ? text(left) : null);
    }

    /** A stretch may have gaps, so that it is looked further back until there are enough. */
    private static void readBackwards(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long begin,
            long end,
            int limit,
            List<DeadLetter> found) {
        long to = end;
        long width = limit;
        List<DeadLetter> here = new ArrayList<>();
        while (to > begin && here.size() < limit) {
            long from = Math.max(begin, to - width);
            read(consumer, partition, from, to, here, MOST_BYTES_IN_A_PAGE);
            to = from;
            width *= 2;
        }
        here.stream()
                .sorted(Comparator.comparingLong(DeadLetter::offset).reversed())
                .limit(limit)
                .forEach(found::add);
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            long from,
            long to,
            List<DeadLetter> found,
            int mostBytes) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        int silent = 0;
        while (consumer.position(partition) < to) {
            long before = consumer.position(partition);
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                if (record.offset() < to) {
                    found.add(DeadLetter.of(record, mostBytes));
                }
            }
            silent = consumer.position(partition) > before ? 0 : silent + 1;
            if (POLL.multipliedBy(silent).compareTo(LIMIT) >= 0) {
                throw new TimeoutException("the topic of dead letters was not read in time");
            }
        }
    }

    private static String text(Map<Integer, Long> left) {
        return Cursors.opaque(left.entrySet().stream()
                .map(place -> place.getKey() + ":" + place.getValue())
                .collect(Collectors.joining(",")));
    }

    private static Map<Integer, Long> places(String cursor) {
        Map<Integer, Long> places = new HashMap<>();
        for (String place : Cursors.plain(cursor).split(",", -1)) {
            int colon = place.indexOf(':');
            try {
                places.put(
                        Integer.parseInt(place.substring(0, Math.max(0, colon))),
                        Long.parseLong(place.substring(colon + 1)));
            } catch (NumberFormatException foreign) {
                throw Cursors.noCursor();
            }
        }
        return places;
    }
}
