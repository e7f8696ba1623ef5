package dev.postroad.runtime.history.past;

import java.time.Instant;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a run's state are wanted: those that have all of this.
 *
 * @param fromVersion this or higher
 * @param toVersion this or lower
 * @param since not made before this; null for no limit
 * @param until made before this; null for no limit
 * @param nodes with a write of one of these; empty for any
 */
public record VersionFilter(
        int fromVersion,
        int toVersion,
        @Nullable Instant since,
        @Nullable Instant until,
        Set<String> nodes) {
    /** All versions. */
    public static final VersionFilter ALL = new VersionFilter(0, Integer.MAX_VALUE, null, null, Set.of());

    public VersionFilter {
        nodes = Collections.unmodifiableSet(new TreeSet<>(nodes));
    }

    boolean accepts(StateVersion made) {
        return made.version() >= fromVersion
                && made.version() <= toVersion
                && (since == null || !made.at().isBefore(since))
                && (until == null || made.at().isBefore(until))
                && (nodes.isEmpty() || !Collections.disjoint(nodes, made.nodes()));
    }
}
