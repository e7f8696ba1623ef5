package dev.postroad.runtime.publish;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The records of one short stretch of time that Kafka has not acknowledged yet, counted together: knowing the oldest
 * stretch that is not empty is enough to know up to what time all is published, and costs nothing per record.
 * Filled by one thread; emptied by the producer's.
 */
final class InFlight implements Callback {
    private final Instant firstAt;
    private final Instant begunAt;
    private final AtomicLong outstandingBytes;
    private final LongAdder acknowledged;
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private int largestBytes;
    private volatile @Nullable Exception failure;

    /**
     * @param firstAt no event of this stretch is older
     * @param begunAt when it was begun, by the real time
     * @param outstandingBytes the bytes of all stretches
     * @param acknowledged counts the records of all stretches that Kafka has
     */
    InFlight(Instant firstAt, Instant begunAt, AtomicLong outstandingBytes, LongAdder acknowledged) {
        this.firstAt = firstAt;
        this.begunAt = begunAt;
        this.acknowledged = acknowledged;
        this.outstandingBytes = outstandingBytes;
    }

    Instant firstAt() {
        return firstAt;
    }

    Instant begunAt() {
        return begunAt;
    }

    void add(int valueBytes) {
        largestBytes = Math.max(largestBytes, valueBytes);
        records.incrementAndGet();
        bytes.addAndGet(valueBytes);
        outstandingBytes.addAndGet(valueBytes);
    }

    boolean isEmpty() {
        return records.get() == 0;
    }

    /** Whether Kafka has all of it; asked in this order, as a failure is noted before its record is taken off. */
    boolean isAcknowledged() {
        return isEmpty() && failure == null;
    }

    /** The size of the largest value, for the thread that fills. */
    int largestBytes() {
        return largestBytes;
    }

    @Nullable
    Exception failure() {
        return failure;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception == null) {
            acknowledged.increment();
        } else {
            failure = exception;
        }
        if (records.decrementAndGet() == 0) {
            outstandingBytes.addAndGet(-bytes.getAndSet(0));
        }
    }
}
