package dev.postroad.runtime.run.calls;

import dev.postroad.runtime.journal.RunKey;
import dev.postroad.runtime.trace.SpanIds;
import dev.postroad.runtime.trace.TracedRun;

/**
 * Trace contexts for calls: the trigger's trace where it had one, and with it the trigger's word on whether the trace is
 * kept; else a trace that is derived from the run. Whoever takes a run over derives the same.
 */
final class TraceParents {
    private static final int VERSION_AND_TRACE = 35;
    private static final String SAMPLED = "-01";
    private static final String NOT_SAMPLED = "-00";

    private TraceParents() {}

    /** Where nobody here makes spans. */
    static String of(RunKey run, String task, int attempt) {
        String given = TracedRun.wellFormed(run.traceParent());
        return context(run, task, attempt) + (given == null ? SAMPLED : given.substring(given.lastIndexOf('-')));
    }

    /** @param kept whether the attempt's span is made */
    static String of(RunKey run, String task, int attempt, boolean kept) {
        return context(run, task, attempt) + (kept ? SAMPLED : NOT_SAMPLED);
    }

    private static String context(RunKey run, String task, int attempt) {
        String given = TracedRun.wellFormed(run.traceParent());
        String trace =
                given == null ? "00-" + SpanIds.trace(run.number(), run.id()) : given.substring(0, VERSION_AND_TRACE);
        return trace + "-" + SpanIds.attempt(run.number(), task, attempt);
    }
}
