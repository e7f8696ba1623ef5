package dev.postroad.runtime.journal;

import dev.postroad.contracts.message.EventColumns;
import java.time.Instant;

/**
 * A row that may have to be published again, as it stands in the table: also one that only another release understands.
 *
 * @param key the run
 * @param data UTF-8 JSON; must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Rows are compared by nobody.
public record PublishedRow(RunKey key, String graph, int graphVersion, EventColumns columns, byte[] data) {
    /** Where the row stands in the order of time. */
    public Position position() {
        return new Position(columns.at(), key.number(), columns.seq());
    }

    /** A place in the journal of a shard: rows are ordered by time, then run, then seq. */
    public record Position(Instant at, long run, int seq) {
        /** Before every row of that time. */
        public static Position startOf(Instant at) {
            return new Position(at, -1, 0);
        }
    }
}
