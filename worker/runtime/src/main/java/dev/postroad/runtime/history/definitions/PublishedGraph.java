package dev.postroad.runtime.history.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A version of a graph.
 *
 * @param definition as its author wrote it
 */
public record PublishedGraph(String name, int version, ObjectNode definition) {}
