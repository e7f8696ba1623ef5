package dev.postroad.engine.run;

/** The record that a trigger was read from. */
public record Origin(String topic, int partition, long offset) {}
