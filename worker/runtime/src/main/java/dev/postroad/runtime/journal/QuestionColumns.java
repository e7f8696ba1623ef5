package dev.postroad.runtime.journal;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of a batch ask of people, in columns that most batches do without: they are used only where one of its runs
 * has come to a rest, or goes on after one. Confined to one thread.
 */
final class QuestionColumns {
    private final ArrayColumn questions = ArrayColumn.ofJson();
    private final ArrayColumn askedAt = ArrayColumn.ofTimes();
    private final ArrayColumn dueAt = ArrayColumn.ofTimes();
    private final ArrayColumn assignees = ArrayColumn.ofJson();
    private final List<ArrayColumn> all = List.of(questions, askedAt, dueAt, assignees);
    private boolean used;

    boolean areUsed() {
        return used;
    }

    List<ArrayColumn> columns() {
        return all;
    }

    /** @param concerned whether what a run asks may be another than before */
    void fill(Collection<JournalEntry> entries, boolean concerned) {
        all.forEach(ArrayColumn::clear);
        used = concerned;
        if (used) {
            entries.forEach(entry -> add(OpenQuestions.of(entry.run())));
        }
    }

    void add(@Nullable OpenQuestions open) {
        if (open == null) {
            all.forEach(ArrayColumn::addNull);
            return;
        }
        questions.add(open.json());
        askedAt.add(open.askedAt());
        dueAt.add(open.dueAt());
        assignees.add(open.assignees());
    }

    /**
     * Whether what the run asks may be another than before the entry. One that begins, and one that just comes to its end,
     * asked nothing and asks nothing.
     */
    static boolean concern(JournalEntry entry) {
        for (JournalRow row : entry.rows()) {
            switch (row.event().body().type()) {
                case RUN_RETRIED,
                        RUN_CANCELLED,
                        RUN_FAILED,
                        RUN_WAITING,
                        RUN_RESUMED,
                        RUN_CONTINUED,
                        RUN_ROLLED_BACK,
                        RUN_PAUSED,
                        RUN_UNPAUSED,
                        STATE_UPDATED,
                        NODE_REMINDED,
                        NODE_REASSIGNED -> {
                    return true;
                }
                default -> {}
            }
        }
        return false;
    }
}
