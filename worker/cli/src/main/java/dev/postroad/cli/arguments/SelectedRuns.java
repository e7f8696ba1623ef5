package dev.postroad.cli.arguments;

import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The runs that are meant, the newest first.
 *
 * @param limit at most so many
 */
public record SelectedRuns(RunHistory history, RunFilter filter, int limit) {
    private static final int PAGE = 1_000;

    /** Not all of a page may be wanted, and few are not asked for one by one. */
    private static final int LEAST_PAGE = 100;

    /**
     * Gives their ids, page by page.
     *
     * @param wanted says which, of those of the filter
     */
    public void pages(Predicate<RunSummary> wanted, Consumer<List<String>> taker) {
        int left = limit;
        @Nullable String next = null;
        do {
            RunPage page = history.runs(filter, next, Math.clamp(left, LEAST_PAGE, PAGE));
            List<String> ids = page.runs().stream()
                    .filter(wanted)
                    .map(RunSummary::runId)
                    .limit(left)
                    .toList();
            left -= ids.size();
            if (!ids.isEmpty()) {
                taker.accept(ids);
            }
            next = page.next();
        } while (next != null && left > 0);
    }

    /** How many, in words. */
    public static String count(long runs) {
        return runs == 1 ? "1 run" : String.format(Locale.ROOT, "%,d runs", runs);
    }
}
