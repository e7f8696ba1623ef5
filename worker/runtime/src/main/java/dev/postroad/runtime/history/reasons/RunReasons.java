package dev.postroad.runtime.history.reasons;

import dev.postroad.contracts.message.RunStatus;
import java.util.List;

/**
 * How a run stands.
 *
 * @param standsStill whether nothing of it is under way, and it has not ended
 * @param reasons what it waits for, or why it ended as it did, the most telling first; empty for one that completed
 */
public record RunReasons(String runId, RunStatus status, boolean standsStill, List<Reason> reasons) {
    public RunReasons {
        reasons = List.copyOf(reasons);
    }
}
