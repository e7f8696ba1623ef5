package dev.postroad.runtime.metrics;

import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.history.agents.LatencyHistograms;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.IntCountsHistogram;

/** How some calls went. Not thread-safe. */
final class Tally {
    /** Longer calls count as this long in percentiles, so that a histogram stays below 12 KiB. */
    private static final long LONGEST_MILLIS = TimeUnit.DAYS.toMillis(1);

    private final AbstractHistogram latencies;
    private long calls;
    private long failures;
    private long inputTokens;
    private long outputTokens;
    private long millis;

    Tally() {
        latencies = new IntCountsHistogram(LatencyHistograms.SIGNIFICANT_DIGITS);
    }

    void add(CallOutcome outcome, long durationMillis, Usage usage) {
        calls++;
        switch (outcome) {
            case SUCCESS -> {}
            case FAILURE -> failures++;
        }
        inputTokens += usage.inputTokens();
        outputTokens += usage.outputTokens();
        millis += durationMillis;
        latencies.recordValue(Math.min(durationMillis, LONGEST_MILLIS));
    }

    void add(Tally other) {
        calls += other.calls;
        failures += other.failures;
        inputTokens += other.inputTokens;
        outputTokens += other.outputTokens;
        millis += other.millis;
        latencies.add(other.latencies);
    }

    void add(CellRow row) {
        calls += row.calls();
        failures += row.failures();
        inputTokens += row.inputTokens();
        outputTokens += row.outputTokens();
        millis += row.millis();
        latencies.add(LatencyHistograms.decoded(row.histogram()));
    }

    long calls() {
        return calls;
    }

    CellRow row(CellKey key) {
        return new CellRow(
                key, calls, failures, inputTokens, outputTokens, millis, LatencyHistograms.encoded(latencies));
    }
}
