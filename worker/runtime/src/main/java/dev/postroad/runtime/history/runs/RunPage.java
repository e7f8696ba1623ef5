package dev.postroad.runtime.history.runs;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some runs, the newest first.
 *
 * @param next what to ask with for those after them; null where there are none
 */
public record RunPage(List<RunSummary> runs, @Nullable String next) {
    public RunPage {
        runs = List.copyOf(runs);
    }
}
