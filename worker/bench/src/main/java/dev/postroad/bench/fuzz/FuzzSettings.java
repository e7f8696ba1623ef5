package dev.postroad.bench.fuzz;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much is thrown, and how.
 *
 * @param first the number to begin with
 * @param messages how many numbers
 * @param most how long is thrown at most; what is not thrown by then is not
 * @param perSecond at most so many a second
 * @param open at most so many records that are not accounted for yet
 * @param warmUpRuns sound runs before anything is measured
 * @param quiet how long sound runs are measured before anything is thrown
 * @param patience how long nothing may be accounted for before what is left is given up
 * @param examples the directory of valid messages
 */
public record FuzzSettings(
        long seed,
        long first,
        long messages,
        Duration most,
        int perSecond,
        int open,
        int warmUpRuns,
        Duration quiet,
        Duration patience,
        Path examples) {

    /**
     * How many are thrown before sound runs count as beside them: as many as there were runs before all, for what has to be
     * compiled for the first of each kind says nothing of the millionth; of few a tenth.
     */
    long warmUpMessages() {
        return Math.min(warmUpRuns, messages / 10);
    }

    /** What is fit for tests: as fast as the worker can, and nothing is measured. */
    public static FuzzSettings inShort(long seed, long messages, Path examples) {
        return new FuzzSettings(
                seed,
                0,
                messages,
                Duration.ofHours(1),
                100_000,
                4_000,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                examples);
    }
}
