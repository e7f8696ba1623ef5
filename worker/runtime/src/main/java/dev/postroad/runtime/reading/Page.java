package dev.postroad.runtime.reading;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What is known about one partition that is read. Confined to the reader's thread, but for the ledger. */
final class Page {
    private static final int MOST_DOUBLINGS = 7;

    private final TopicPartition partition;
    private final long news;
    private final Duration firstPause;
    private final Deque<Incoming> waiting = new ArrayDeque<>();
    private final Aside aside = new Aside();
    private Ledger ledger = new Ledger();
    private @Nullable Topic topic;
    private @Nullable Long turn;
    private @Nullable OffsetAndMetadata committed;
    private Instant offerAt = Instant.MIN;
    private int failures;

    /**
     * @param news how much the watch had heard when the partition came
     * @param firstPause how long a record that was offered in vain waits; each time after it twice as long
     */
    Page(TopicPartition partition, long news, Duration firstPause) {
        this.partition = partition;
        this.news = news;
        this.firstPause = firstPause;
    }

    long news() {
        return news;
    }

    TopicPartition partition() {
        return partition;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Records that were read and not handed over, in order. */
    Deque<Incoming> waiting() {
        return waiting;
    }

    /** Records that were handed over and could not be judged yet. */
    Aside aside() {
        return aside;
    }

    /** Whether all that was read before an offset was handed over. */
    boolean isHandedOver(long upTo) {
        Incoming first = waiting.peekFirst();
        return aside.isEmpty() && (first == null || first.record().offset() >= upTo);
    }

    /** Whether it is clear from where the partition is read, and that it is of that topic. */
    boolean isOf(@Nullable Topic known) {
        return topic != null && known != null && topic.id().equals(known.id());
    }

    @Nullable
    Topic topic() {
        return topic;
    }

    void isNowOf(Topic known) {
        topic = known;
    }

    @Nullable
    Long turn() {
        return turn;
    }

    void turn(@Nullable Long number) {
        turn = number;
    }

    /** Forgets what was read; it is read again, or not at all. */
    void forget() {
        waiting.clear();
        aside.clear();
        ledger = new Ledger();
        committed = null;
        succeeded();
    }

    boolean mayBeOffered(Instant now) {
        return !(waiting.isEmpty() && aside.isEmpty()) && !now.isBefore(offerAt);
    }

    /** How often the first record that waits was offered in vain. */
    int failures() {
        return failures;
    }

    void failed(Instant now) {
        offerAt = now.plus(firstPause.multipliedBy(1L << Math.min(failures, MOST_DOUBLINGS)));
        failures++;
    }

    void succeeded() {
        failures = 0;
        offerAt = Instant.MIN;
    }

    /** What to commit, up to where all is done, where that is news; null where it is not. */
    @Nullable
    OffsetAndMetadata news(OptionalLong position) {
        OptionalLong first = ledger.first();
        OptionalLong upTo = first.isPresent() ? first : position;
        if (topic == null || upTo.isEmpty()) {
            return null;
        }
        OffsetAndMetadata offset =
                new OffsetAndMetadata(upTo.getAsLong(), topic.named().orElse(""));
        return Objects.equals(offset, committed) ? null : offset;
    }

    void committed(@Nullable OffsetAndMetadata offset) {
        committed = offset;
    }
}
