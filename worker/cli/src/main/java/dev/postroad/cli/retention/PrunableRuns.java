package dev.postroad.cli.retention;

import dev.postroad.cli.arguments.SelectedRuns;
import dev.postroad.runtime.retention.RoomOfRuns;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The ended runs that are to be deleted, the newest first.
 *
 * @param endedBefore only those
 */
record PrunableRuns(SelectedRuns selected, Instant endedBefore) {
    /** So many are measured; the others are taken to be like them. */
    private static final int MOST_MEASURED = 5_000;

    /** How much they are. */
    record Room(long runs, long bytes) {
        private static final long STEP = 1_024;
        private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

        @Override
        public String toString() {
            return SelectedRuns.count(runs) + ", about " + size();
        }

        /** As much as so many of them are. */
        Room of(long fewer) {
            return new Room(fewer, runs == 0 ? 0 : Math.round((double) bytes / runs * fewer));
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
        selected.pages(run -> run.endedAt() != null && !run.endedAt().isAfter(endedBefore), taker);
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
        return new Room(counts[1], counts[2]).of(counts[0]);
    }
}
