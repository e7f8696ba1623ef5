package dev.postroad.contracts.definition;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * The nodes at which every run of a graph stops and waits.
 *
 * @param all whether it stops at each node; {@code nodes} is empty then
 */
public record Interrupts(boolean all, Set<String> nodes) {
    /** Stops nowhere. */
    public static final Interrupts NONE = new Interrupts(false, Set.of());

    private static final String ALL = "all";

    public Interrupts {
        nodes = Set.copyOf(nodes);
    }

    static Interrupts of(List<String> names) {
        return names.equals(List.of(ALL)) || names.equals(List.of("*"))
                ? new Interrupts(true, Set.of())
                : new Interrupts(false, Set.copyOf(names));
    }

    /** Whether a run stops at one of these nodes. */
    public boolean matches(Collection<String> candidates) {
        return all ? !candidates.isEmpty() : candidates.stream().anyMatch(nodes::contains);
    }

    /** Whether a run stops anywhere. */
    public boolean isEmpty() {
        return !all && nodes.isEmpty();
    }
}
