package dev.postroad.runtime.run.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class RefusalsTest {
    private static final Instant NOW = Instant.parse("2026-11-29T09:00:00Z");
    private static final RemoteCalls.Attempt ATTEMPT = new RemoteCalls.Attempt("run", "node@1", 1);

    private final Refusals refusals = new Refusals();

    @Test
    void anAttemptIsRefusedForAWhile() {
        assertThat(refusals.holds(ATTEMPT, NOW)).isFalse();
        refusals.add(ATTEMPT, NOW);
        assertThat(refusals.holds(ATTEMPT, NOW.plus(Refusals.KEPT))).isTrue();
        assertThat(refusals.holds(new RemoteCalls.Attempt("run", "node@1", 2), NOW))
                .isFalse();
        assertThat(refusals.holds(ATTEMPT, NOW.plus(Refusals.KEPT).plusMillis(1)))
                .isFalse();
    }

    @Test
    void anAttemptThatIsSentOnceMoreIsNotRefused() {
        refusals.add(ATTEMPT, NOW);
        refusals.remove(ATTEMPT);
        assertThat(refusals.holds(ATTEMPT, NOW)).isFalse();
    }

    @Test
    void theOldestAreForgottenWhereThereAreTooMany() {
        for (int i = 0; i <= 10_000; i++) {
            refusals.add(new RemoteCalls.Attempt("run-" + i, "node@1", 1), NOW);
        }
        assertThat(refusals.holds(new RemoteCalls.Attempt("run-0", "node@1", 1), NOW))
                .isFalse();
        assertThat(refusals.holds(new RemoteCalls.Attempt("run-1", "node@1", 1), NOW))
                .isTrue();
    }
}
