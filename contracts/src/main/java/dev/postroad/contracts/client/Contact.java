package dev.postroad.contracts.client;

import java.time.Duration;
import java.util.function.LongSupplier;

/** For how long Kafka has not answered. Confined to the thread of its watch. */
final class Contact {
    /** Between two questions whether Kafka is there. */
    private static final Duration BEAT = Duration.ofSeconds(1);

    private final ClientSettings settings;
    private final LongSupplier nanoTime;
    private long askedAt;
    private long lostAt;
    private boolean lost;

    Contact(ClientSettings settings, LongSupplier nanoTime) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.askedAt = nanoTime.getAsLong();
    }

    /** Whether it is time to ask again. */
    boolean isDue() {
        return nanoTime.getAsLong() - askedAt >= BEAT.toNanos();
    }

    /** Kafka is about to be asked. */
    void asks() {
        askedAt = nanoTime.getAsLong();
    }

    /** Kafka has answered. */
    void made() {
        lost = false;
    }

    /**
     * Kafka has not answered, or for the time being not with what was asked.
     *
     * @throws PostroadClientException where that has lasted as long as the client's time limit
     */
    void missed(RuntimeException reason) {
        if (!lost) {
            lost = true;
            lostAt = askedAt;
        }
        if (nanoTime.getAsLong() - lostAt >= settings.timeLimit().toNanos()) {
            throw new PostroadClientException(
                    "Kafka at " + settings.servers() + " could not be reached for " + settings.timeLimit()
                            + "; the watch goes on where it was when it is polled again",
                    reason);
        }
    }
}
