package dev.postroad.runtime.run.lane;

import dev.postroad.engine.run.Run;
import dev.postroad.runtime.journal.JournalEntry;
import dev.postroad.runtime.journal.JournalRow;
import dev.postroad.runtime.trace.Commit;
import dev.postroad.runtime.trace.Moment;
import dev.postroad.runtime.trace.TracedRun;
import dev.postroad.runtime.trace.Traces;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Tells traces of commits, of runs that are traced alone; where nobody takes traces, it looks at no clock. Confined to the
 * lane's thread.
 */
final class CommitTraces {
    private final Traces traces;
    private final InstantSource clock;
    private final boolean on;
    private Instant begunAt = Instant.EPOCH;
    private Instant endedAt = Instant.EPOCH;
    private int rows;

    CommitTraces(Traces traces, InstantSource clock) {
        this.traces = traces;
        this.clock = clock;
        this.on = traces.isOn();
    }

    void begin() {
        if (on) {
            begunAt = clock.instant();
        }
    }

    void end(List<Batch.Item> items) {
        if (on) {
            endedAt = clock.instant();
            rows = 0;
            for (Batch.Item item : items) {
                rows += item.entry().rows().size();
            }
        }
    }

    /** Tells of rows of the last commit. */
    void tell(TracedRun traced, JournalEntry entry) {
        Run run = entry.run();
        List<Moment> moments =
                entry.rows().stream().map(JournalRow::event).map(Moment::of).toList();
        if (!moments.isEmpty()) {
            traces.committed(
                    traced, new Commit(run.graph().name(), run.graph().version(), moments, rows, begunAt, endedAt));
        }
    }
}
