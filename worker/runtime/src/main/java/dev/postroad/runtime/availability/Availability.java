package dev.postroad.runtime.availability;

import dev.postroad.runtime.background.Repeats;
import dev.postroad.runtime.background.Rounds;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows how all agents stand, as Postgres has it: looks four times a second, and at once where this worker changed
 * something. While Postgres is away, what was seen last holds. Thread-safe; owns one thread.
 */
public final class Availability implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Availability.class);
    private static final long LOOK_EVERY_MILLIS = 250;

    private final Repeats repeats;
    private final BreakerRows rows;
    private final Rounds rounds;
    private volatile Map<String, CallRestriction> restrictions = Map.of();
    private volatile Listener listener = changed -> {};

    /** Told of agents that stand otherwise than before. Must not block. */
    public interface Listener {
        /** These agents stand otherwise now. */
        void changed(Collection<String> agents);
    }

    public Availability(BreakerRows rows, InstantSource clock) {
        this.repeats = new Repeats(LOG, clock);
        this.rows = rows;
        this.rounds = new Rounds("postroad-availability", "how agents stand", LOOK_EVERY_MILLIS, clock, this::refresh);
    }

    /** Looks for the first time, and from then on. */
    public void start(Listener changes) {
        listener = changes;
        refresh();
        rounds.start();
    }

    /** How an agent stands; null where it can simply be called. Does not wait for Postgres. */
    public @Nullable CallRestriction of(String agent) {
        return restrictions.get(agent);
    }

    /** All agents that cannot simply be called. Does not wait for Postgres. */
    public Collection<CallRestriction> all() {
        return restrictions.values();
    }

    /** Looks at once. What was committed before the call is seen when it returns, unless Postgres is away. */
    public synchronized void refresh() {
        try {
            Map<String, CallRestriction> found = new HashMap<>();
            rows.restrictions().forEach(restriction -> found.put(restriction.agent(), restriction));
            Map<String, CallRestriction> before = restrictions;
            restrictions = Map.copyOf(found);
            Set<String> changed = new HashSet<>();
            before.keySet().forEach(agent -> noteChange(agent, before, found, changed));
            found.keySet().forEach(agent -> noteChange(agent, before, found, changed));
            if (!changed.isEmpty()) {
                listener.changed(changed);
            }
        } catch (JdbiException unreachable) {
            repeats.warn("how agents stand cannot be seen; what was seen last holds", unreachable);
        }
    }

    /** Times are compared by neither, for they are told as what is left of them. */
    private static void noteChange(
            String agent, Map<String, CallRestriction> before, Map<String, CallRestriction> now, Set<String> changed) {
        if (!Objects.equals(kind(before.get(agent)), kind(now.get(agent)))) {
            changed.add(agent);
        }
    }

    private static Kind kind(@Nullable CallRestriction restriction) {
        return new Kind(
                restriction == null || restriction.disabled() == null,
                restriction == null || restriction.breaker() == null,
                restriction != null
                        && restriction.breaker() != null
                        && restriction.breaker().halfOpen());
    }

    @Override
    public void close() {
        rounds.close();
    }

    private record Kind(boolean enabled, boolean closed, boolean halfOpen) {}
}
