package dev.postroad.runtime.history.definitions;

import java.util.List;

/**
 * A graph, by name.
 *
 * @param versions the oldest first, the last of which is what the next run goes by
 */
public record GraphVersions(String name, List<Integer> versions) {
    /** @throws IllegalArgumentException where there is no version */
    public GraphVersions {
        versions = List.copyOf(versions);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("graph " + name + " has no version");
        }
    }
}
