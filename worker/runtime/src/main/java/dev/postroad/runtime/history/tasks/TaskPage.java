package dev.postroad.runtime.history.tasks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some tasks of a run, in the order in which they began.
 *
 * @param next what to ask with for those after them; null where there are none
 */
public record TaskPage(List<RunTask> tasks, @Nullable String next) {
    public TaskPage {
        tasks = List.copyOf(tasks);
    }
}
