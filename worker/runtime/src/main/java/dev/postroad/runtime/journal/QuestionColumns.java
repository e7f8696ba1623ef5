package dev.postroad.runtime.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What runs ask of people, a column for each part of it. Confined to one thread. */
final class QuestionColumns {
    private final ArrayColumn questions = ArrayColumn.ofJson();
    private final ArrayColumn askedAt = ArrayColumn.ofTimes();
    private final ArrayColumn dueAt = ArrayColumn.ofTimes();
    private final ArrayColumn assignees = ArrayColumn.ofJson();
    private final List<ArrayColumn> all = List.of(questions, askedAt, dueAt, assignees);

    List<ArrayColumn> columns() {
        return all;
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
