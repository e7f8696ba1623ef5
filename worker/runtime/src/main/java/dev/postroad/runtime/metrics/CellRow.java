package dev.postroad.runtime.metrics;

/**
 * A row of {@code agent_metrics}, but for its worker.
 *
 * @param millis of all calls together
 * @param histogram encoded
 */
@SuppressWarnings("ArrayRecordComponent") // Is compared by nobody, and made anew for each write.
record CellRow(
        CellKey key, long calls, long failures, long inputTokens, long outputTokens, long millis, byte[] histogram) {}
