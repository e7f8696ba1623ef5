package dev.postroad.runtime.clock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.testing.SetClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** All workers go by one time, whatever their machines' clocks show. */
@NullMarked
class SharedClockTest {
    private static final Instant REAL = Instant.parse("2026-01-01T00:00:00Z");

    private final AtomicLong ticks = new AtomicLong(42);
    private final SetClock machine = new SetClock(REAL);

    private void pass(Duration time) {
        ticks.addAndGet(time.toNanos());
        machine.pass(time);
    }

    @Test
    void showsTheTimeOfPostgresOnAMachineWhoseClockIsTenMinutesFast() {
        machine.pass(Duration.ofMinutes(10));
        SharedClock clock = new SharedClock(machine, ticks::get);
        clock.set(0, 0, REAL);
        assertThat(clock.instant()).isEqualTo(REAL);
        assertThat(clock.skew()).isEqualTo(Duration.ofMinutes(10));
        pass(Duration.ofHours(1));
        assertThat(clock.instant()).isEqualTo(REAL.plusSeconds(3_600));
    }

    @Test
    void showsTheTimeOfPostgresOnAMachineWhoseClockIsTenMinutesSlow() {
        machine.pass(Duration.ofMinutes(-10));
        SharedClock clock = new SharedClock(machine, ticks::get);
        clock.set(0, 0, REAL);
        assertThat(clock.instant()).isEqualTo(REAL);
        assertThat(clock.skew()).isEqualTo(Duration.ofMinutes(-10));
    }

    @Test
    void goesOnEvenlyWhenTheMachinesClockIsSet() {
        SharedClock clock = new SharedClock(machine, ticks::get);
        clock.set(0, 0, REAL);
        machine.pass(Duration.ofHours(-5));
        pass(Duration.ofSeconds(3));
        assertThat(clock.instant()).isEqualTo(REAL.plusSeconds(3));
        clock.set(clock.elapsed(), clock.elapsed(), REAL.plusSeconds(3));
        assertThat(clock.skew()).isEqualTo(Duration.ofHours(-5));
    }

    @Test
    void isRightAgainAtTheFirstReadingAfterTheMachineWasAsleep() {
        SharedClock clock = new SharedClock(machine, ticks::get);
        clock.set(0, 0, REAL);
        machine.pass(Duration.ofHours(8));
        assertThat(clock.set(0, 0, REAL.plus(Duration.ofHours(8)))).isEqualTo(Duration.ofHours(8));
        assertThat(clock.instant()).isEqualTo(REAL.plus(Duration.ofHours(8)));
        assertThat(clock.skew()).isZero();
    }

    @Test
    void takesAReadingToBeTheTimeHalfWayBetweenQuestionAndAnswer() {
        SharedClock clock = new SharedClock(machine, ticks::get);
        long asked = clock.elapsed();
        pass(Duration.ofMillis(20));
        clock.set(asked, clock.elapsed(), REAL.plusSeconds(100));
        assertThat(clock.instant()).isEqualTo(REAL.plusSeconds(100).plusMillis(10));
    }

    @Test
    void staysAsItIsWhileAReadingAllowsItToBeRightAndElseMovesNoFurtherThanItMust() {
        SharedClock clock = new SharedClock(machine, ticks::get);
        clock.set(0, 0, REAL);
        long slow = Duration.ofMillis(100).toNanos();
        assertThat(clock.set(0, slow, REAL.plusMillis(30))).isZero();
        assertThat(clock.set(0, slow, REAL.plusMillis(130))).isEqualTo(Duration.ofMillis(30));
        assertThat(clock.set(0, slow, REAL.plusMillis(20))).isEqualTo(Duration.ofMillis(-10));
    }
}
