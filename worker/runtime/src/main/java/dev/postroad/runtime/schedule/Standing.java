package dev.postroad.runtime.schedule;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a schedule stands when it is looked at.
 *
 * @param decidedUntil what became of all times up to this one is decided
 * @param underWay the run before, which has not ended; null where there is none
 * @param waiting how many times wait for it
 */
record Standing(Instant decidedUntil, @Nullable String underWay, int waiting) {}
