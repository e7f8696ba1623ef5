package dev.postroad.runtime.registry;

import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Trouble;
import dev.postroad.runtime.reading.DeadLetters;
import dev.postroad.runtime.reading.Incoming;
import java.time.InstantSource;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps registry records that are refused, and notes each; only once Kafka has the dead letter, so that a worker that is
 * killed in between loses none. Thread-safe.
 */
final class NotedLetters implements DeadLetters, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotedLetters.class);

    private final DeadLetters letters;
    private final Refusals refusals;
    private final Insistence insistence = new Insistence("postroad-refusals", 2);
    private final Trouble trouble;

    NotedLetters(DeadLetters letters, Refusals refusals, InstantSource clock) {
        this.letters = letters;
        this.refusals = refusals;
        this.trouble = new Trouble(LOG, "a refused definition cannot be noted yet, and is tried again", clock);
    }

    @Override
    public void keep(Incoming incoming, String reason, Runnable kept) {
        letters.keep(incoming, reason, () -> insistence.untilDone(tries -> isNoted(incoming, reason, kept)));
    }

    private boolean isNoted(Incoming incoming, String reason, Runnable kept) {
        try {
            refusals.add(incoming.record(), incoming.topicId(), reason);
            kept.run();
            trouble.over();
            return true;
        } catch (JdbiException away) {
            trouble.tell(String.valueOf(away.getMessage()));
            return false;
        }
    }

    @Override
    public void close() {
        insistence.close();
    }
}
