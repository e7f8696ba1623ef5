package dev.postroad.contracts.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows what.
 *
 * @param from one node or {@code START}; several make a join that waits for all of them
 * @param to the nodes that follow, or {@code END}
 * @param when the condition, CEL over the state after the node's own writes; null for none
 * @param otherwise whether it is taken where no condition of the same node holds
 * @param forEach CEL that gives a list, of which each element makes a task of its own; null for one task of each target
 * @param as the name under which such a task sees its element; null where the element itself is its input
 */
public record EdgeDefinition(
        List<String> from,
        List<String> to,
        @Nullable String when,
        boolean otherwise,
        @Nullable String forEach,
        @Nullable String as) {
    /** The name of the place before the first node. */
    public static final String START = "START";

    /** The name of the place after the last node. */
    public static final String END = "END";

    public EdgeDefinition {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** An edge that leads to one task of each target. */
    public EdgeDefinition(List<String> from, List<String> to, @Nullable String when, boolean otherwise) {
        this(from, to, when, otherwise, null, null);
    }
}
