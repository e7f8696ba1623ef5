package dev.postroad.contracts.live;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The attempts that have begun and not ended, as a fold over the events of a run. Not thread-safe. */
public final class OpenAttempts {
    private final Map<Attempt, Instant> open = new HashMap<>();

    record Attempt(String task, int number) {}

    /** Takes the next event. */
    public void add(RunEvent event) {
        add(event.type(), event.task(), event.attempt(), event.at());
    }

    /** Takes what matters of the next event. */
    public void add(EventType type, @Nullable String task, int attempt, Instant at) {
        if (type.endsAllAttempts()) {
            open.clear();
        } else if (task != null && type == EventType.NODE_STARTED) {
            open.put(new Attempt(task, attempt), at);
        } else if (task != null && type.endsAttempt()) {
            open.remove(new Attempt(task, attempt));
        }
    }

    /** Takes it that an attempt has begun before the first event. */
    void addEarlier(Attempt attempt) {
        open.put(attempt, Instant.MIN);
    }

    /** When the oldest began that has not ended; empty where there is none. */
    public Optional<Instant> since() {
        return open.values().stream().min(Instant::compareTo);
    }

    boolean contains(Attempt attempt) {
        return open.containsKey(attempt);
    }

    /** Whether an event ends some of these. */
    boolean endsWith(RunEvent event) {
        return event.type().endsAllAttempts()
                ? !open.isEmpty()
                : event.task() != null
                        && event.type().endsAttempt()
                        && contains(new Attempt(event.task(), event.attempt()));
    }

    /** Whether an event ends this one. */
    static boolean ends(RunEvent event, Attempt attempt) {
        return event.type().endsAllAttempts()
                || (event.type().endsAttempt()
                        && attempt.task().equals(event.task())
                        && attempt.number() == event.attempt());
    }
}
