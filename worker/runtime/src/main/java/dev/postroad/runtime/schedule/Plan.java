package dev.postroad.runtime.schedule;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the times that a schedule was due by now.
 *
 * @param decidedUntil the last time that this decides about
 * @param next when it is due after that, which may be by now already; null where it is never due again
 */
record Plan(
        Instant decidedUntil,
        List<Decision> decisions,
        @Nullable Instant next) {
    Plan {
        decisions = List.copyOf(decisions);
    }
}
