package dev.postroad.runtime.registry;

import dev.postroad.runtime.background.Insistence;
import dev.postroad.runtime.background.Trouble;
import dev.postroad.runtime.reading.DeadLetters;
import dev.postroad.runtime.reading.Incoming;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps registry records that are refused, and notes each; only once Kafka has the dead letter, so that a worker that is
 * killed in between loses none. Those that come in the meantime are noted together. Thread-safe.
 */
final class NotedLetters implements DeadLetters, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotedLetters.class);

    private static final int MOST_AT_ONCE = 500;

    private final DeadLetters letters;
    private final Refusals refusals;
    private final Queue<Kept> waiting = new ConcurrentLinkedQueue<>();
    private final Insistence insistence = new Insistence("postroad-refusals", 2);
    private final Trouble trouble;

    NotedLetters(DeadLetters letters, Refusals refusals, InstantSource clock) {
        this.letters = letters;
        this.refusals = refusals;
        this.trouble = new Trouble(LOG, "a refused definition cannot be noted yet, and is tried again", clock);
    }

    /** What Kafka has, and whom to tell once it is noted. */
    private record Kept(Refusals.Refusal refusal, Runnable noted) {}

    @Override
    public void keep(Incoming incoming, String reason, Runnable kept) {
        letters.keep(incoming, reason, () -> {
            waiting.add(new Kept(new Refusals.Refusal(incoming.record(), incoming.topicId(), reason), kept));
            List<Kept> portion = new ArrayList<>();
            insistence.untilDone(_ -> isNoted(portion));
        });
    }

    /** Notes what waits, unless another one has taken it up. */
    private boolean isNoted(List<Kept> portion) {
        Kept next = waiting.poll();
        while (next != null) {
            portion.add(next);
            next = portion.size() < MOST_AT_ONCE ? waiting.poll() : null;
        }
        if (portion.isEmpty()) {
            return true;
        }
        try {
            refusals.add(portion.stream().map(Kept::refusal).toList());
            portion.forEach(kept -> kept.noted().run());
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
