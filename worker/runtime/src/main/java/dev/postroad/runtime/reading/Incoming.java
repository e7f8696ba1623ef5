package dev.postroad.runtime.reading;

import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Trouble;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A record that was read, and what becomes of it. Its offset stays open until it is done. Thread-safe. */
public final class Incoming {
    private static final Logger LOG = LoggerFactory.getLogger(Incoming.class);
    private static final int MOST_DOUBTS = 8;

    private final ConsumerRecord<byte[], byte[]> record;
    private final long news;
    private final Instant readAt;
    private final Ledger ledger;
    private final Settling settling;
    private final AtomicBoolean refused = new AtomicBoolean();
    private volatile @Nullable String topicId;

    /** By whom records are brought to their end. */
    record Settling(DeadLetters deadLetters, Insistence insistence, Trouble trouble) {}

    /** What is left to do for a record; may block. */
    public interface Step {
        /**
         * Does it. Where it throws because a server is away, it is done again.
         *
         * @throws InterruptedException where the worker stops
         */
        void run() throws InterruptedException;
    }

    /** @param news how much the watch had heard when the record came */
    Incoming(ConsumerRecord<byte[], byte[]> record, long news, Instant readAt, Ledger ledger, Settling settling) {
        this.record = record;
        this.news = news;
        this.readAt = readAt;
        this.ledger = ledger;
        this.settling = settling;
    }

    public ConsumerRecord<byte[], byte[]> record() {
        return record;
    }

    /** When the record was read. */
    public Instant readAt() {
        return readAt;
    }

    /** The id of the topic that the record is from; null where Kafka gives none. */
    public @Nullable String topicId() {
        return topicId;
    }

    long news() {
        return news;
    }

    void isFrom(Topic topic) {
        topicId = topic.named().orElse(null);
    }

    /** Nothing is left to do for the record. */
    public void done() {
        ledger.done(record.offset());
    }

    /** The record is bad: it is kept as a dead letter, and done then. The first reason counts. */
    public void refuse(String reason) {
        if (refused.compareAndSet(false, true)) {
            settling.deadLetters().keep(this, reason, this::done);
        }
    }

    /**
     * Does what may have to wait for a server, on another thread, and again until it is done; where it cannot be done
     * because of the record, that is refused.
     *
     * @param about what the record is about, such as its run: one step about it begins when those before it are done
     */
    public void settle(String about, Step step) {
        settling.insistence().untilDone(about, tries -> isSettled(step, tries));
    }

    /** As {@link #settle}, for a step that has its statement carried out together with those of other records. */
    public void settleTogether(String about, Step step) {
        settling.insistence().untilDoneTogether(about, tries -> isSettled(step, tries));
    }

    /** Whether a step about something is still to be done, of this record or of one before it. */
    public boolean isBehindOthers(String about) {
        return settling.insistence().isBusyWith(about);
    }

    private boolean isSettled(Step step, int tries) throws InterruptedException {
        try {
            step.run();
            settling.trouble().over();
            return true;
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Throwable failed) {
            return isRefusedFor(failed, tries);
        }
    }

    /** Refuses the record for a failure that is its own; false where it is worth another try. */
    boolean isRefusedFor(Throwable failed, int tries) {
        boolean tryAgain = switch (Failure.of(failed)) {
            case OUTAGE -> true;
            case DOUBTFUL -> tries < MOST_DOUBTS;
            case BAD_RECORD -> false;
        };
        if (tryAgain) {
            settling.trouble().tell(Failure.reason(failed));
            return false;
        }
        LOG.error(
                "a record of {}:{}:{} cannot be dealt with, and becomes a dead letter",
                record.topic(),
                record.partition(),
                record.offset(),
                failed);
        refuse("it cannot be dealt with: " + Failure.reason(failed));
        return true;
    }
}
