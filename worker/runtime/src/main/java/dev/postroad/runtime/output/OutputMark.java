package dev.postroad.runtime.output;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a reader wants to know the output.
 *
 * @param from what is older may be passed over; null for nothing
 * @param until what is there and not newer is to be read
 */
public record OutputMark(@Nullable Instant from, Instant until) {}
