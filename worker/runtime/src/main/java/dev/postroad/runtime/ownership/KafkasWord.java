package dev.postroad.runtime.ownership;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Whether what Kafka gave to this worker counts: only while it answers the worker's heartbeats. One that is not heard any
 * more is out of the group after a session, and learns it when the network is well again, which may be minutes later.
 * Confined to one thread, but for {@link #given} and {@link #follow}.
 */
final class KafkasWord {
    private final Duration session;
    private final AtomicLong assignments = new AtomicLong();
    private volatile LongSupplier heartbeats = () -> 0;
    private long heard;
    private Instant heardAt = Instant.EPOCH;

    /** @param session after how long without a heartbeat Kafka gives to others what this worker has */
    KafkasWord(Duration session) {
        this.session = session;
    }

    /** Kafka spoke just now. */
    void given() {
        assignments.incrementAndGet();
    }

    /** @param answered how many heartbeats were answered so far, of a consumer that begins now */
    void follow(LongSupplier answered) {
        heartbeats = answered;
    }

    /** To be asked often: between two askings it is not known when an answer came. */
    boolean counts(Instant now) {
        long soFar = heartbeats.getAsLong() + assignments.get();
        // A clock that was set back begins anew.
        if (soFar != heard || now.isBefore(heardAt)) {
            heard = soFar;
            heardAt = now;
        }
        return now.isBefore(heardAt.plus(session));
    }
}
