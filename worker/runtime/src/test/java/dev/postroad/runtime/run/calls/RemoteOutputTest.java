package dev.postroad.runtime.run.calls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RemoteOutputTest {
    private static final int LARGE = 3 << 20;

    private final RemoteOutput output = new RemoteOutput((runId, graph, node, task, attempt) -> {
        throw new AssertionError("nobody waits for it");
    });

    @Test
    void asksTheRunOnceForAllThatAnAttemptShowsMeanwhile() {
        assertThat(output.show("r", "t", 1, "a")).isTrue();
        assertThat(output.show("r", "t", 1, "b")).isFalse();
        assertThat(output.show("r", "t", 2, "c")).isTrue();
    }

    @Test
    void keepsWhatWaitsWhereTheAnswerComesBeforeTheRunWasAsked() {
        output.show("r", "t", 1, "a");
        assertThat(output.close("r", "t", 1)).isNull();
        assertThat(output.show("r", "t", 1, "b")).isFalse();
    }

    @Test
    void nothingIsLeftOfWhatNobodyWaitsFor() {
        for (int attempt = 1; attempt <= 10; attempt++) {
            assertThat(output.show("r", "t", attempt, "x".repeat(LARGE))).isTrue();
            assertThat(output.charactersWaiting()).isEqualTo(LARGE);
            output.forget("r", "t", attempt);
            assertThat(output.charactersWaiting()).isZero();
        }
        assertThat(output.show("r", "t", 1, "again")).isTrue();
    }

    @Test
    void whatWaitsIsBoundedForAllAttemptsTogether() {
        for (int attempt = 1; attempt <= 10; attempt++) {
            output.show("r", "t", attempt, "x".repeat(LARGE));
        }
        assertThat(output.charactersWaiting()).isEqualTo(2 * LARGE);
    }
}
