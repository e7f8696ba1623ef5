package dev.postroad.runtime.registry;

/**
 * Names a version of a graph.
 *
 * @param number from 1
 */
record GraphVersion(String name, int number) {}
