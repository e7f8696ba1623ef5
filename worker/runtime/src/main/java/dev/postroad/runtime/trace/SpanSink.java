package dev.postroad.runtime.trace;

import org.jspecify.annotations.Nullable;

/** Where spans go. Confined to the thread that makes them, but for {@link #samples}, {@link #sent} and {@link #dropped}. */
interface SpanSink extends AutoCloseable {
    /** Whether the spans of a run are kept. */
    boolean samples(TracedRun run, @Nullable String traceParent);

    /** Takes a span, or counts it as dropped. */
    void write(SpanDraft span);

    /** How many spans the receiver has. */
    long sent();

    /** How many it will never have. */
    long dropped();

    /** Sends what there is, for some seconds at most. */
    @Override
    void close();
}
