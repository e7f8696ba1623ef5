package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.TakenPlaces.Taken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;

/**
 * A run that waits for its turn.
 *
 * @param seq the row of its journal with which it came into the queue
 * @param counts what it will count by
 * @param line the same for those that wait for the same; 0 where all of its graph do
 */
record WaitingRun(QueuedRun run, int seq, Taken counts, long line) {
    /** That of the queue. */
    static final Comparator<WaitingRun> ORDER =
            Comparator.comparing((WaitingRun waiting) -> waiting.run().rank()).thenComparingLong(WaitingRun::number);

    /** As it is written, with {@code keys} as text. */
    static WaitingRun of(ResultSet row, ReadKeys keys) throws SQLException {
        return new WaitingRun(QueuedRuns.run(row), row.getInt("status_seq"), Taken.of(row, keys), row.getLong("line"));
    }

    /** One that came just now, as it is written. */
    static WaitingRun admitted(JournalEntry entry) {
        RunKey key = entry.key();
        Run run = entry.run();
        LimitKeys keys = LimitKeys.of(run);
        Long line = keys.line();
        return new WaitingRun(
                new QueuedRun(key.number(), key.id(), key.shard(), QueueRank.of(run)),
                0,
                new Taken(run.graph().version(), keys),
                line == null ? 0 : line);
    }

    long number() {
        return run.number();
    }

    boolean isBefore(WaitingRun other) {
        return ORDER.compare(this, other) < 0;
    }
}
