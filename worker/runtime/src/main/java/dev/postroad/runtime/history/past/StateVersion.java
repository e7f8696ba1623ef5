package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.EventType;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a state of a run came to be.
 *
 * @param version the number of the state
 * @param seq the event that made it, with its time and type
 * @param nodes whose writes are in it that were not in the one before, by name
 * @param changed the channels that are not as they were in the one before
 * @param writers of those, the nodes that wrote them, by name; none that came from elsewhere
 * @param next the nodes that were to run then, as often as they had tasks
 * @param by who gave the commands that the run answered since the one before, as far as that is known
 */
public record StateVersion(
        int version,
        int seq,
        Instant at,
        EventType type,
        List<String> nodes,
        int superstep,
        List<String> changed,
        Map<String, List<String>> writers,
        List<String> next,
        List<String> by) {
    public StateVersion {
        nodes = List.copyOf(nodes);
        changed = List.copyOf(changed);
        writers = Collections.unmodifiableMap(new LinkedHashMap<>(writers));
        next = List.copyOf(next);
        by = List.copyOf(by);
    }
}
