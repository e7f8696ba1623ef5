package dev.postroad.runtime.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What is read back by its time can be told from what is still to come. */
@NullMarked
class LaneClockTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.123456789Z");

    @Test
    void noTwoDecisionsHaveTheSameTimeThoughTheMachinesClockStandsStill() {
        LaneClock clock = new LaneClock(() -> NOW);
        Instant first = clock.now();
        assertThat(first).isEqualTo(NOW.truncatedTo(ChronoUnit.MICROS));
        assertThat(clock.now()).isEqualTo(first.plus(1, ChronoUnit.MICROS));
    }

    @Test
    void whatComesIsNewerThanWhatAWorkerWithAFasterClockWrote() {
        LaneClock clock = new LaneClock(() -> NOW);
        Instant ahead = NOW.truncatedTo(ChronoUnit.MICROS).plusSeconds(5);
        clock.notBefore(ahead);
        assertThat(clock.now()).isAfter(ahead);
        clock.notBefore(NOW);
        assertThat(clock.now()).as("it never runs backwards").isAfter(ahead);
    }
}
