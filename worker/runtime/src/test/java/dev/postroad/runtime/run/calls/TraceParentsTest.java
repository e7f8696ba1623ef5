package dev.postroad.runtime.run.calls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.journal.RunKey;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class TraceParentsTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-";

    private static String of(@Nullable String given, String task, int attempt) {
        return TraceParents.of(new RunKey(7, "order-1", 3, given), task, attempt);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "01", "02", "03"})
    void handsOnTheTriggersTraceAndWhetherItIsKept(String flags) {
        assertThat(of(TRACE + "00f067aa0ba902b7-" + flags, "ask@1", 1))
                .matches(TRACE + "[0-9a-f]{16}-" + flags)
                .doesNotContain("00f067aa0ba902b7");
    }

    @Test
    void derivesATraceFromARunWithoutOne() {
        assertThat(of(null, "ask@1", 1))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                .isEqualTo(of(null, "ask@1", 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "00-4bf92f3577b34da6a3ce929d0e0e4736", TRACE + "00f067aa0ba902b7-0G"})
    void takesWhatIsNoTraceContextForNone(String stored) {
        assertThat(of(stored, "ask@1", 1)).isEqualTo(of(null, "ask@1", 1));
    }

    @Test
    void hasASpanForEachAttemptOfATask() {
        assertThat(of(null, "ask@1", 1)).isNotEqualTo(of(null, "ask@1", 2)).isNotEqualTo(of(null, "ask@2", 1));
    }
}
