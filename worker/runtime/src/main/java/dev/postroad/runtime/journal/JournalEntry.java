package dev.postroad.runtime.journal;

import dev.postroad.engine.run.Run;
import java.util.List;

/**
 * What one decision adds to a run's journal.
 *
 * @param before the run before the rows; of a run that is inserted with them, the run before its first
 * @param run the run after the rows
 * @param fresh whether the run itself is to be inserted with them
 */
public record JournalEntry(RunKey key, Run before, Run run, List<JournalRow> rows, boolean fresh) {
    /** Whether the row of a run that is there already is written with them. */
    public boolean changesRow() {
        return RowEffect.of(this) != RowEffect.NONE;
    }
}
