package dev.postroad.runtime.history.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.graph.Graph;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The graphs that were asked for last, compiled: a version never changes, and compiling its expressions takes longer than
 * all else that a look at a run's state needs. Thread-safe.
 */
final class CompiledGraphs {
    private static final int MOST = 200;

    private final Map<Key, Graph> newest = new LinkedHashMap<>(16, 0.75f, true);

    synchronized @Nullable Graph find(Key key) {
        return newest.get(key);
    }

    synchronized void keep(Key key, Graph graph) {
        newest.put(key, graph);
        if (newest.size() > MOST) {
            newest.remove(newest.keySet().iterator().next());
        }
    }

    /**
     * What a graph is compiled from.
     *
     * @param inside the versions of the graphs inside; null where there are none, or where they were not noted
     */
    record Key(
            String name,
            int version,
            ObjectNode definition,
            @Nullable ObjectNode inside) {}
}
