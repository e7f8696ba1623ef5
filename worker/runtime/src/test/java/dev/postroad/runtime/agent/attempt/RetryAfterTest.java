package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryAfterTest {
    @ParameterizedTest
    @CsvSource({"0,0", " 120 ,120", "00000000000000000000007,7", "86401,86400", "99999999999999999999,86400"})
    void readsSeconds(String value, long seconds) {
        assertThat(RetryAfter.parse(value, Calls.NOW)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void readsDates() {
        assertThat(RetryAfter.parse("Fri, 02 Jan 2026 03:05:05 GMT", Calls.NOW)).isEqualTo(Duration.ofMinutes(1));
        assertThat(RetryAfter.parse("Fri, 02 Jan 2099 03:05:05 GMT", Calls.NOW)).isEqualTo(RetryAfter.LONGEST);
        assertThat(RetryAfter.parse("Thu, 01 Jan 2026 00:00:00 GMT", Calls.NOW)).isEqualTo(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "soon", "2026-01-02T03:04:05Z"})
    void ignoresWhatIsNeither(String value) {
        assertThat(RetryAfter.parse(value, Calls.NOW)).isNull();
    }
}
