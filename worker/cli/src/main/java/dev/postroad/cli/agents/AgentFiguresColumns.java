package dev.postroad.cli.agents;

import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Table;
import dev.postroad.runtime.history.agents.AgentFigures;
import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import dev.postroad.runtime.history.agents.AgentStats;
import java.util.List;
import java.util.Map;

/**
 * The columns of the table of agents that tell how they fared: figures of the last hour, and the course of the last half.
 *
 * @param lately by agent; those that were not called are not in it
 */
record AgentFiguresColumns(Map<String, AgentStats> lately, Characters characters) {
    private static final List<String> NO_CALLS = List.of("0", "", "", "", "", "");

    /** Adds the headings, behind those that are there. */
    static Table addTo(Table table) {
        return table.figures("CALLS/H")
                .figures("OK")
                .figures("P50")
                .figures("P95")
                .words("OK, 30 MIN")
                .words("P95, 30 MIN");
    }

    /** A cell for each of the columns. */
    List<String> cells(String agent) {
        AgentStats stats = lately.get(agent);
        if (stats == null) {
            return NO_CALLS;
        }
        AgentFigures total = stats.total();
        Latency latency = total.latency();
        return List.of(
                AgentNumbers.count(total.calls()),
                AgentNumbers.share(total),
                latency == null ? "" : AgentNumbers.millis(latency.p50Millis()),
                latency == null ? "" : AgentNumbers.millis(latency.p95Millis()),
                AgentTrend.success(stats, characters),
                AgentTrend.latency(stats, characters));
    }
}
