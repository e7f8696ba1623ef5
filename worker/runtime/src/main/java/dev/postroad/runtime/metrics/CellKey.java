package dev.postroad.runtime.metrics;

/**
 * What figures are kept by.
 *
 * @param minute since the epoch
 */
record CellKey(long minute, String agent, String graph) {}
