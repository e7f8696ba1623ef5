package dev.postroad.engine.run;

import java.time.Duration;

/**
 * How an agent is asked that works on by itself, and does not say when it is done. Immutable.
 *
 * @param handle by which that agent knows the work
 * @param every how long it is left alone between two questions; more than nothing
 */
public record Polling(String handle, Duration every) {}
