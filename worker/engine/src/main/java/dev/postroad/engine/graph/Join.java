package dev.postroad.engine.graph;

import java.util.Set;

/**
 * Opens when all its sources have completed, in whatever supersteps, and waits for all of them anew once its target ran.
 *
 * @param index its place among the joins of the graph, from 0
 */
public record Join(int index, Set<String> sources, String target) {}
