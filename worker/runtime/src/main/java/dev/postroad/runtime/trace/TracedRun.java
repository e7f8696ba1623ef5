package dev.postroad.runtime.trace;

import org.jspecify.annotations.Nullable;

/**
 * A run whose spans are kept.
 *
 * @param number the key in the tables
 * @param id the id that users know
 * @param traceId 32 digits
 * @param parentId the span of whoever sent the trigger, 16 digits; null where none is known
 */
public record TracedRun(
        long number, String id, String traceId, @Nullable String parentId) {
    /** Where the trace id begins and ends in W3C's {@code traceparent}, and the span's. */
    private static final int TRACE_AT = 3;

    private static final int TRACE_END = 35;
    private static final int SPAN_AT = 36;
    private static final int SPAN_END = 52;
    private static final int LENGTH = 55;

    /**
     * A run that is traced.
     *
     * @param traceParent the trigger's; null where it had none, which one that is no trace context counts as
     */
    public static TracedRun of(long number, String id, @Nullable String traceParent) {
        String given = wellFormed(traceParent);
        return given == null
                ? new TracedRun(number, id, SpanIds.trace(number, id), null)
                : new TracedRun(number, id, given.substring(TRACE_AT, TRACE_END), given.substring(SPAN_AT, SPAN_END));
    }

    /** The same where it is a trace context, else null: what was imported, or stored by hand, may be anything. */
    public static @Nullable String wellFormed(@Nullable String traceParent) {
        if (traceParent == null || traceParent.length() != LENGTH) {
            return null;
        }
        for (int i = 0; i < LENGTH; i++) {
            char found = traceParent.charAt(i);
            boolean dash = i == TRACE_AT - 1 || i == TRACE_END || i == SPAN_END;
            if (dash ? found != '-' : !isDigit(found)) {
                return null;
            }
        }
        return traceParent;
    }

    private static boolean isDigit(char found) {
        return (found >= '0' && found <= '9') || (found >= 'a' && found <= 'f');
    }

    /** The span that stands for the run as a whole: that of its first stretch. */
    public String firstSpan() {
        return SpanIds.stretch(number, 1);
    }

    /** What a subscriber to its events goes on from, as W3C's {@code traceparent}. */
    public String traceParent() {
        return "00-" + traceId + "-" + firstSpan() + "-01";
    }
}
