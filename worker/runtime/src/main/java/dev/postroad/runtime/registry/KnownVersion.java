package dev.postroad.runtime.registry;

import dev.postroad.engine.graph.Graph;

/** What this release makes of a version of a graph that is stored. */
sealed interface KnownVersion {
    /** It can be used. */
    record Sound(Graph graph) implements KnownVersion {}

    /**
     * It cannot.
     *
     * @param why a sentence without its full stop, for people
     */
    record Unsound(String why) implements KnownVersion {}
}
