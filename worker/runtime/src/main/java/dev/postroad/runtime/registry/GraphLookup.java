package dev.postroad.runtime.registry;

import dev.postroad.engine.graph.Graph;

/** What memory says of a version of a graph that a new run is to go by. */
public sealed interface GraphLookup {
    /** There it is. */
    record Found(Graph graph) implements GraphLookup {}

    /**
     * It is stored, and this release cannot use it.
     *
     * @param why a sentence without its full stop, for people
     */
    record Unsound(String why) implements GraphLookup {}

    /** It is stored, and being read: whoever asks again a little later finds it. */
    record Coming() implements GraphLookup {}

    /** This worker knows of none. */
    record Absent() implements GraphLookup {}
}
