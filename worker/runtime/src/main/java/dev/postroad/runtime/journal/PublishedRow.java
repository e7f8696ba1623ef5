package dev.postroad.runtime.journal;

import java.time.Instant;

/**
 * A row that may have to be published again.
 *
 * @param key the run
 */
public record PublishedRow(RunKey key, String graph, int graphVersion, JournalRow row) {
    /** Where the row stands in the order of time. */
    public Position position() {
        return new Position(row.event().at(), key.number(), row.event().seq());
    }

    /** A place in the journal of a shard: rows are ordered by time, then run, then seq. */
    public record Position(Instant at, long run, int seq) {
        /** Before every row of that time. */
        public static Position startOf(Instant at) {
            return new Position(at, -1, 0);
        }
    }
}
