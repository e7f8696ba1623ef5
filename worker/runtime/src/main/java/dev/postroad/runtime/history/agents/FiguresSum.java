package dev.postroad.runtime.history.agents;

import dev.postroad.runtime.history.agents.AgentFigures.Latency;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.HdrHistogram.Histogram;

/** Adds up rows of {@code agent_metrics}. Not thread-safe. */
final class FiguresSum {
    private final Histogram latencies = LatencyHistograms.empty();
    private long calls;
    private long failures;
    private long inputTokens;
    private long outputTokens;
    private long millis;

    /** @param ofRow the row's histogram, which several sums share */
    void add(ResultSet row, Histogram ofRow) throws SQLException {
        calls += row.getLong("calls");
        failures += row.getLong("failures");
        inputTokens += row.getLong("tokens_in");
        outputTokens += row.getLong("tokens_out");
        millis += row.getLong("millis");
        latencies.add(ofRow);
    }

    AgentFigures figures() {
        if (calls == 0) {
            return AgentFigures.NONE;
        }
        return new AgentFigures(
                calls,
                failures,
                inputTokens,
                outputTokens,
                new Latency(
                        (double) millis / calls,
                        latencies.getValueAtPercentile(50),
                        latencies.getValueAtPercentile(95),
                        latencies.getValueAtPercentile(99),
                        latencies.getMaxValue()));
    }
}
