package dev.postroad.runtime.run.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.SetClock;
import java.time.Duration;
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
        Instant first = clock.stamp();
        assertThat(first).isEqualTo(NOW.truncatedTo(ChronoUnit.MICROS));
        assertThat(clock.stamp()).isEqualTo(first.plus(1, ChronoUnit.MICROS));
    }

    @Test
    void whatComesIsNewerThanWhatAWorkerWithAFasterClockWrote() {
        LaneClock clock = new LaneClock(() -> NOW);
        Instant ahead = NOW.truncatedTo(ChronoUnit.MICROS).plusSeconds(5);
        clock.notBefore(ahead);
        assertThat(clock.stamp()).isEqualTo(ahead.plus(1, ChronoUnit.MICROS));
        clock.notBefore(NOW);
        assertThat(clock.stamp()).as("it never runs backwards").isEqualTo(ahead.plus(2, ChronoUnit.MICROS));
    }

    @Test
    void timersGoByTheRealTimeThoughStampsAreAhead() {
        SetClock real = new SetClock(NOW);
        LaneClock clock = new LaneClock(real);
        clock.notBefore(NOW.plusSeconds(600));
        clock.stamp();
        assertThat(clock.now()).isEqualTo(NOW.truncatedTo(ChronoUnit.MICROS));
        real.pass(Duration.ofSeconds(2));
        assertThat(clock.now()).isEqualTo(NOW.plusSeconds(2).truncatedTo(ChronoUnit.MICROS));
    }

    @Test
    void stampsGoOnWhereTheClockIsSetBackAndGoByItAgainWhenItHasComeUp() {
        SetClock real = new SetClock(NOW);
        LaneClock clock = new LaneClock(real);
        Instant before = clock.stamp();
        real.pass(Duration.ofSeconds(-10));
        assertThat(clock.stamp()).isEqualTo(before.plus(1, ChronoUnit.MICROS));
        real.pass(Duration.ofSeconds(11));
        assertThat(clock.stamp()).isEqualTo(before.plusSeconds(1));
    }
}
