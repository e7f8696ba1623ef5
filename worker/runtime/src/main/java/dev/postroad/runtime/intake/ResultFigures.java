package dev.postroad.runtime.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what became of the answers of remote agents. Thread-safe. */
public final class ResultFigures {
    private final Counter taken;
    private final Counter late;
    private final Counter refused;
    private final Counter forwarded;
    private final Counter heartbeats;

    public ResultFigures(MeterRegistry registry) {
        taken = counter(registry, "taken");
        late = counter(registry, "late");
        refused = counter(registry, "refused");
        forwarded = counter(registry, "forwarded");
        heartbeats = counter(registry, "heartbeat");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("postroad.agent.results")
                .description("What became of the records that remote agents sent")
                .tag("outcome", outcome)
                .register(registry);
    }

    void taken() {
        taken.increment();
    }

    /** Nobody waited for it any more. */
    void late() {
        late.increment();
    }

    void refused() {
        refused.increment();
    }

    void forwarded() {
        forwarded.increment();
    }

    void heartbeat() {
        heartbeats.increment();
    }
}
