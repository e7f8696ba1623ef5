package dev.postroad.engine.graph;

import java.util.function.BiFunction;
import java.util.function.IntFunction;

/** The graphs that a journal speaks of. Thread-safe. */
@FunctionalInterface
public interface PublishedGraphs extends IntFunction<Graph> {
    /**
     * A version of the run's own graph.
     *
     * @throws IllegalStateException where there is none of that number, or it cannot be read
     */
    @Override
    Graph apply(int version);

    /**
     * A version of any graph.
     *
     * @throws IllegalStateException where there is none, or it cannot be read
     */
    default Graph graph(String name, int version) {
        throw new IllegalStateException("graph " + name + " is not known here");
    }

    /** Those of a run of a graph. */
    static PublishedGraphs of(String graph, BiFunction<String, Integer, Graph> all) {
        return new PublishedGraphs() {
            @Override
            public Graph apply(int version) {
                return all.apply(graph, version);
            }

            @Override
            public Graph graph(String name, int version) {
                return all.apply(name, version);
            }
        };
    }
}
