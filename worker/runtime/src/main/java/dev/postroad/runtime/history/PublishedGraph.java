package dev.postroad.runtime.history;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A version of a graph.
 *
 * @param definition as its author wrote it
 */
public record PublishedGraph(String name, int version, ObjectNode definition) {}
