package dev.postroad.contracts.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeriodTimingTest {
    @ParameterizedTest
    @CsvSource({
        "PT15M, 2026-11-28T21:07:30Z, 2026-11-28T21:15:00Z",
        "PT15M, 2026-11-28T21:15:00Z, 2026-11-28T21:30:00Z",
        "PT1S, 2026-11-28T21:15:00.999Z, 2026-11-28T21:15:01Z",
        "P1D, 1969-12-31T12:00:00Z, 1970-01-01T00:00:00Z"
    })
    void isDueNextAt(Duration period, Instant after, Instant due) {
        assertThat(new PeriodTiming(period).after(after)).contains(due);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.5S", "PT1.5S", "PT-1S"})
    void refusesPartsOfSeconds(Duration period) {
        assertThatThrownBy(() -> new PeriodTiming(period)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheZoneThatComesNearest() {
        assertThat(ZoneNames.nearest("Europe/Berln")).isEqualTo("Europe/Berlin");
        assertThat(ZoneNames.nearest("europe/berlin")).isEqualTo("Europe/Berlin");
        assertThat(ZoneNames.nearest("Berlin")).isEqualTo("Europe/Berlin");
        assertThat(ZoneNames.nearest("Lord Howe")).isEqualTo("Australia/Lord_Howe");
        assertThat(ZoneNames.nearest("America/Sydney")).isEqualTo("Australia/Sydney");
        assertThat(ZoneNames.nearest("x".repeat(100_000))).isNotEmpty();
    }
}
