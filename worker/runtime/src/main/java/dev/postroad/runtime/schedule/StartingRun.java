package dev.postroad.runtime.schedule;

import dev.postroad.contracts.definition.Overlap;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A run of a schedule that is decided upon, and is not admitted yet.
 *
 * @param waits whether it is to begin only when the run before has ended
 * @param overlap what becomes of it while that one has not
 * @param reason why it begins, where that is not that it is due; null where it is
 * @param askedBy who asked for it; null where nobody did, or said
 */
record StartingRun(
        String schedule,
        Instant dueAt,
        String runId,
        boolean waits,
        Overlap overlap,
        @Nullable String reason,
        @Nullable String askedBy) {}
