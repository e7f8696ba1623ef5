package dev.postroad.runtime.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class SpanIdsTest {
    @Test
    void areOfTheFormThatTheRuleForTracesHas() {
        assertThat(SpanIds.trace(7, "order-1")).matches("[0-9a-f]{32}");
        assertThat(SpanIds.attempt(7, "ask@1", 1)).matches("[0-9a-f]{16}");
    }

    /** A worker of another release goes on in the traces of this one. */
    @Test
    void stayAsTheyAre() {
        assertThat(SpanIds.trace(7, "order-1")).isEqualTo("f0f350d6ff6a63dbd07fa155c47578bc");
        assertThat(SpanIds.stretch(7, 1)).isEqualTo("9edb73f64d74cc58");
        assertThat(SpanIds.task(7, "ask@1", 3)).isEqualTo("38144948cb5e085f");
        assertThat(SpanIds.attempt(7, "ask@1", 1)).isEqualTo("9877601ce316374a");
    }

    @Test
    void differWithinARun() {
        Set<String> ids = new HashSet<>();
        int made = 0;
        for (int seq = 1; seq <= 300; seq++) {
            ids.add(SpanIds.stretch(7, seq));
            ids.add(SpanIds.commit(7, seq));
            ids.add(SpanIds.task(7, "ask@1", seq));
            ids.add(SpanIds.task(7, "ask@2", seq));
            ids.add(SpanIds.attempt(7, "ask@1", seq));
            ids.add(SpanIds.attempt(7, "ask@" + seq + 2, 1));
            ids.add(SpanIds.call(7, "ask@1", seq, 1));
            ids.add(SpanIds.call(7, "ask@1", seq, 2));
            made += 8;
        }
        assertThat(ids).hasSize(made);
    }

    /** A sampler by ratio goes by the last half of the trace's id. */
    @Test
    void areSpreadEvenlyWhereSamplersLook() {
        int below = 0;
        for (int number = 1; number <= 10_000; number++) {
            String trace = SpanIds.trace(number, "run-" + number);
            below += Long.parseUnsignedLong(trace.substring(16), 16) >>> 1 < Long.MAX_VALUE / 100 ? 1 : 0;
        }
        assertThat(below).isCloseTo(100, within(40));
    }
}
