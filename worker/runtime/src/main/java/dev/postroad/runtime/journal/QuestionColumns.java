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
}
