package dev.postroad.runtime.history.agents;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How some calls of an agent went. A call is an attempt that reached the agent; retries count one by one.
 *
 * @param failures calls that failed, or were given up
 * @param latency null where there were no calls
 */
public record AgentFigures(
        long calls,
        long failures,
        long inputTokens,
        long outputTokens,
        @Nullable Latency latency) {

    /** Those of no calls. */
    public static final AgentFigures NONE = new AgentFigures(0, 0, 0, 0, null);

    /** How long calls took, failed ones among them; all but the average to 1 %. */
    public record Latency(double averageMillis, long p50Millis, long p95Millis, long p99Millis, long maxMillis) {}

    /** The share of calls that went well, 0 to 1; empty where there were none. */
    public OptionalDouble successRate() {
        return calls == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) (calls - failures) / calls);
    }
}
