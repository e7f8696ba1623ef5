package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which events of a run are wanted: those that have all of this.
 *
 * @param types one of these; empty for any
 * @param nodes of one of these; empty for any, and for those of the whole run
 * @param since not before this; null for no limit
 * @param until before this; null for no limit
 */
public record EventFilter(
        Set<EventType> types,
        Set<String> nodes,
        @Nullable Instant since,
        @Nullable Instant until) {
    /** All events. */
    public static final EventFilter ALL = new EventFilter(Set.of(), Set.of(), null, null);

    public EventFilter {
        types = types.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(types));
        nodes = Collections.unmodifiableSet(new TreeSet<>(nodes));
    }

    /** Whether an event is one of those. */
    public boolean accepts(RunEvent event) {
        return (types.isEmpty() || types.contains(event.type()))
                && (nodes.isEmpty() || (event.node() != null && nodes.contains(event.node())))
                && (since == null || !event.at().isBefore(since))
                && (until == null || event.at().isBefore(until));
    }
}
