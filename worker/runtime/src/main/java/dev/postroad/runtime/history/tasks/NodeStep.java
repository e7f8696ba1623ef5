package dev.postroad.runtime.history.tasks;

/**
 * What a node did in a superstep.
 *
 * @param path the names of the nodes that it is inside, and its own, with slashes between them
 * @param status that of these tasks
 * @param tasks how many there are of that status
 * @param task one of them
 */
public record NodeStep(String path, String node, int superstep, String status, long tasks, String task) {}
