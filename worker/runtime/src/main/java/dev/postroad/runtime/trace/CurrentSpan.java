package dev.postroad.runtime.trace;

import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/**
 * The span of what is measured just now, which the measurement may name as its example. Thread-safe.
 */
public final class CurrentSpan implements SpanContext {
    private static final ScopedValue<Named> CURRENT = ScopedValue.newInstance();

    private record Named(String traceId, String spanId) {}

    /** Measures something of an attempt. */
    public static void during(TracedRun run, String task, int attempt, Runnable measuring) {
        Named named = new Named(run.traceId(), SpanIds.attempt(run.number(), task, attempt));
        ScopedValue.where(CURRENT, named).run(measuring);
    }

    @Override
    public @Nullable String getCurrentTraceId() {
        return CURRENT.isBound() ? CURRENT.get().traceId() : null;
    }

    @Override
    public @Nullable String getCurrentSpanId() {
        return CURRENT.isBound() ? CURRENT.get().spanId() : null;
    }

    /** Nothing is bound but what is traced. */
    @Override
    public boolean isCurrentSpanSampled() {
        return CURRENT.isBound();
    }

    /** Whether it is one was decided before. */
    @Override
    public void markCurrentSpanAsExemplar() {}
}
