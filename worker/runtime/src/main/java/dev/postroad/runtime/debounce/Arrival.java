package dev.postroad.runtime.debounce;

/**
 * A trigger that was read just now.
 *
 * @param shard of which it was read, and is sent again
 * @param bytes how long its record is
 */
public record Arrival(HeldTrigger trigger, int shard, int bytes) {}
