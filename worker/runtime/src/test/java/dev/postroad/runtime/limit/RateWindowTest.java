package dev.postroad.runtime.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class RateWindowTest {
    private static final Duration PER = Duration.ofMinutes(1);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void neverIsMoreThanTheLimitUsedWithinAnyPeriodAndNearlyAllOfItIsWhereThereIsEnough(long seed) {
        Random random = new Random(seed);
        int most = random.nextInt(1, 200);
        RateWindow window = RateWindow.empty(PER);
        Deque<Instant> recent = new ArrayDeque<>();
        Instant begin = Instant.parse("2026-01-01T00:00:00Z");
        Instant now = begin;
        long all = 0;
        while (now.isBefore(begin.plus(PER.multipliedBy(20)))) {
            now = now.plusMillis(random.nextInt(1, 50));
            Instant from = now.minus(PER);
            while (!recent.isEmpty() && !recent.peekFirst().isAfter(from)) {
                recent.removeFirst();
            }
            if (window.used(now) < most) {
                window.use(now, 1);
                recent.add(now);
                all++;
            }
            assertThat(recent.size()).as("seed " + seed).isLessThanOrEqualTo(most);
            if (random.nextInt(100) == 0) {
                window = RateWindow.of(PER, window.toString());
            }
        }
        assertThat((double) all).as("seed " + seed).isGreaterThan(most * 20 * 0.94);
    }

    @Test
    void itIsFreeAgainWhenEnoughOfItIsLongAgo() {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        RateWindow window = RateWindow.empty(PER);
        window.use(now, 5);
        assertThat(window.freeAt(now, 5)).isEqualTo(now);
        Instant free = window.freeAt(now, 4);
        assertThat(free).isBetween(now.plus(PER), now.plus(PER).plusSeconds(2));
        assertThat(window.used(free)).isZero();
    }

    @Test
    void whatWasUsedOfAnotherPeriodTellsNothing() {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");
        RateWindow window = RateWindow.empty(PER);
        window.use(now, 5);
        assertThat(RateWindow.of(PER.multipliedBy(2), window.toString()).used(now))
                .isZero();
    }
}
