package dev.postroad.engine.graph;

import java.util.List;
import java.util.Set;

/**
 * Opens when all its sources have completed, in whatever supersteps, and then waits for all of them anew.
 *
 * @param index its place among the joins of the graph, from 0
 */
public record Join(int index, Set<String> sources, List<String> targets) {}
