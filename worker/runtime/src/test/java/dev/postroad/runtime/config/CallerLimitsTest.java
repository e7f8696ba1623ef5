package dev.postroad.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class CallerLimitsTest {
    /** Else there could be none to close when somebody new calls. */
    @ParameterizedTest
    @ValueSource(ints = {100, 101, 999, 2_100, 100_000})
    void leavesATenthOfAllConnectionsToThoseWhoAskForHealth(int connections) {
        CallerLimits limits = new CallerLimits(connections, Duration.ofMinutes(1));
        assertThat(limits.eventStreams() + limits.logStreams() + limits.requests())
                .isLessThan(connections - connections / 10);
        assertThat(limits.logStreams()).isPositive();
    }
}
