package dev.postroad.runtime.availability;

/**
 * A call that was let through to an agent to see whether it is well again.
 *
 * @param round tells the calls of one half-open breaker from those of the next
 */
public record Probe(String agent, long round) {}
