package dev.postroad.runtime.journal;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A run that was deleted, after it had ended.
 *
 * @param prunedAt when it was deleted
 */
public record PrunedRun(String runId, Instant prunedAt) {
    /** What whoever asks for it is told. */
    public String said() {
        return "run " + runId + " was pruned on " + prunedAt.truncatedTo(ChronoUnit.SECONDS)
                + ", as it had ended; it can be read again once it is imported from an archive or an export";
    }
}
