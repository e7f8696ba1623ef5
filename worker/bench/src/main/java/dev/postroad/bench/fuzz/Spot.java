package dev.postroad.bench.fuzz;

/** Where a record stands on its topic. */
record Spot(int partition, long offset) {}
