package dev.postroad.runtime.trace;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that is over.
 *
 * @param remote whether it is a call of another process
 * @param parentId null for the first of a trace
 * @param linkId the span of the same trace that it goes on from after a wait; null for none
 * @param attributes texts, whole numbers and lists of texts
 * @param errorType null where it did not fail
 */
record SpanDraft(
        String name,
        boolean remote,
        String traceId,
        String spanId,
        @Nullable String parentId,
        @Nullable String linkId,
        Instant begunAt,
        Instant endedAt,
        Map<String, Object> attributes,
        @Nullable String errorType) {
    SpanDraft {
        attributes = Map.copyOf(attributes);
        // A clock that is set back makes a span shorter than nothing, which no receiver takes.
        endedAt = endedAt.isBefore(begunAt) ? begunAt : endedAt;
    }
}
