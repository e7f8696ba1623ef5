package dev.postroad.runtime.retention;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** What was deleted. Thread-safe. */
final class PruneFigures {
    private final LongAdder runs = new LongAdder();
    private final LongAdder rows = new LongAdder();
    private final LongAdder failures = new LongAdder();

    void measure(MeterRegistry registry) {
        FunctionCounter.builder("postroad.runs.pruned", runs, LongAdder::sum)
                .description("Ended runs that were deleted")
                .register(registry);
        FunctionCounter.builder("postroad.prune.rows", rows, LongAdder::sum)
                .description("Rows of their journals that were deleted")
                .register(registry);
        FunctionCounter.builder("postroad.prune.failures", failures, LongAdder::sum)
                .description("Portions that could not be archived or deleted, and are tried again")
                .register(registry);
    }

    void erased(int count) {
        runs.add(count);
    }

    void deleted(int count) {
        rows.add(count);
    }

    void failed() {
        failures.increment();
    }

    long runs() {
        return runs.sum();
    }

    long rows() {
        return rows.sum();
    }
}
