package dev.postroad.runtime.observe;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a server every few seconds, and keeps what was seen last, so that whoever asks how a worker is need not wait
 * for a server that may be away. One look that fails says nothing; only a server that is silent for a while is taken
 * for gone. Thread-safe; owns one thread, as clients of Kafka want
 * it.
 */
public final class ServerWatch implements AutoCloseable {
    /** The longest time that a look may wait for an answer. */
    static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(ServerWatch.class);
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private final String server;
    private final Look look;
    private final InstantSource clock;
    private final Repeats repeats;
    private final Rounds rounds;
    private volatile Seen seen;
    private volatile @Nullable String failure;

    /** A look at a server. Called by one thread. */
    public interface Look {
        /**
         * What is seen there.
         *
         * @throws UnansweredException where the server did not answer within {@link #LIMIT}
         * @throws InterruptedException where the worker stops
         */
        PartHealth look() throws UnansweredException, InterruptedException;
    }

    private record Seen(PartHealth health, Instant at) {}

    /** @param server its name, for people */
    public ServerWatch(String server, Look look, InstantSource clock) {
        this.server = server;
        this.look = look;
        this.clock = clock;
        this.repeats = new Repeats(LOG, clock);
        this.seen = new Seen(new PartHealth.Ok(), clock.instant());
        this.rounds = new Rounds(
                "postroad-looks-at-" + server, "how " + server + " is", BETWEEN.toMillis(), clock, this::lookOnce);
    }

    /** Starts looking. */
    public void start() {
        rounds.start();
        rounds.call();
    }

    /** Whether the server answers. */
    public PartHealth answers() {
        return isSilent()
                ? new PartHealth.Bad(
                        server + " has not answered since " + seenAt() + (failure == null ? "" : ": " + failure))
                : new PartHealth.Ok();
    }

    /** What was seen last; while the server is silent, that it cannot be seen. */
    public PartHealth found() {
        return isSilent()
                ? new PartHealth.Degraded("cannot be seen: " + server + " has not answered since " + seenAt())
                : seen.health();
    }

    /** When the server was heard last; null while it answers. */
    public @Nullable Instant silentSince() {
        return isSilent() ? seen.at() : null;
    }

    private boolean isSilent() {
        return clock.instant().isAfter(seen.at().plus(LONGEST_SILENCE));
    }

    private Instant seenAt() {
        return seen.at().truncatedTo(ChronoUnit.SECONDS);
    }

    private void lookOnce() throws InterruptedException {
        try {
            PartHealth found = look.look();
            seen = new Seen(found, clock.instant());
            failure = null;
        } catch (UnansweredException silent) {
            repeats.warn(server + " does not answer", silent);
            failure = silent.getMessage();
        } catch (RuntimeException defect) {
            repeats.error("looking at " + server + " broke; it goes on", defect);
            failure = defect.toString();
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
