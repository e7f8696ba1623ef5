package dev.postroad.cli.retention;

import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import dev.postroad.runtime.retention.RoomOfRuns;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The ended runs that are to be deleted, the newest first.
 *
 * @param endedBefore only those
 * @param limit at most so many
 */
record PrunableRuns(RunHistory history, RunFilter filter, Instant endedBefore, int limit) {
    private static final int PAGE = 1_000;

    /** So many are measured; the others are taken to be like them. */
    private static final int MOST_MEASURED = 5_000;

    /** How much they are. */
    record Room(long runs, long bytes) {
        private static final long STEP = 1_024;
        private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

        @Override
        public String toString() {
            return (runs == 1 ? "1 run" : String.format(Locale.ROOT, "%,d runs", runs)) + ", about " + size();
        }

        private String size() {
            double size = bytes;
            int unit = 0;
            while (size >= STEP && unit < UNITS.length - 1) {
                size /= STEP;
                unit++;
            }
            return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", size, UNITS[unit]);
        }
    }

    /** Gives their ids, page by page. */
    void pages(Consumer<List<String>> taker) {
        int left = limit;
        @Nullable String next = null;
        do {
            RunPage page = history.runs(filter, next, PAGE);
            List<String> ids = page.runs().stream()
                    .filter(run -> run.endedAt() != null && !run.endedAt().isAfter(endedBefore))
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

    Room room(RoomOfRuns postgres) {
        long[] counts = new long[3];
        pages(ids -> {
            counts[0] += ids.size();
            if (counts[1] < MOST_MEASURED) {
                counts[1] += ids.size();
                counts[2] += postgres.bytes(ids);
            }
        });
        return new Room(counts[0], counts[1] == 0 ? 0 : Math.round((double) counts[2] / counts[1] * counts[0]));
    }
}
