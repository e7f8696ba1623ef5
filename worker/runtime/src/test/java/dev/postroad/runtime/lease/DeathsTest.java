package dev.postroad.runtime.lease;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullMarked
final class DeathsTest {
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final OffsetDateTime START = OffsetDateTime.parse("2026-11-28T12:00:00Z");

    private final Deaths deaths = new Deaths(LEASE);
    private long now = 77;
    private OffsetDateTime renewedAt = START;
    private boolean unlocked;

    @BeforeEach
    void begin() {
        deaths.sessionBegan(now, true);
    }

    @Test
    void aWorkerThatGivesItsSignLives() {
        for (int i = 0; i < 100; i++) {
            assertThat(lookAfter(250, true)).isEmpty();
        }
    }

    @Test
    void aWorkerThatGivesNoSignForItsLeaseIsDead() {
        lookAfter(0, true);
        assertThat(silent(2_900)).isEmpty();
        assertThat(silent(250)).extracting(Death::cause).containsExactly(Death.Cause.LEASE_OVER);
    }

    @Test
    void aWorkerThatCollectsGarbageForTwoSecondsLives() {
        for (int i = 0; i < 10; i++) {
            lookAfter(250, true);
            assertThat(silent(2_500)).isEmpty();
        }
    }

    @Test
    void aLockThatStaysFreeIsADeadProcess() {
        lookAfter(250, true);
        unlocked = true;
        assertThat(lookAfter(250, false)).isEmpty();
        assertThat(deaths.isSuspicious()).isTrue();
        assertThat(lookAfter(100, false)).isEmpty();
        assertThat(lookAfter(50, false)).extracting(Death::cause).containsExactly(Death.Cause.SESSION_ENDED);
    }

    @Test
    void aWorkerWhoseSessionWasEndedAndThatTakesAnotherLives() {
        lookAfter(250, true);
        unlocked = true;
        assertThat(lookAfter(250, false)).isEmpty();
        unlocked = false;
        assertThat(lookAfter(50, true)).isEmpty();
        assertThat(deaths.isSuspicious()).isFalse();
        unlocked = true;
        assertThat(lookAfter(100, false)).isEmpty();
        assertThat(lookAfter(100, true)).as("it renews").isEmpty();
    }

    @Test
    void afterALookThatCameLateEverybodyHasALeaseToGiveASign() {
        lookAfter(250, true);
        unlocked = true;
        assertThat(lookAfter(60_000, false)).isEmpty();
        assertThat(silent(2_900)).isEmpty();
        assertThat(silent(250)).hasSize(1);
    }

    @Test
    void afterASessionThatWasLostEverybodyHasALeaseToGiveASign() {
        lookAfter(250, true);
        unlocked = true;
        now += Duration.ofMillis(900).toNanos();
        deaths.sessionBegan(now, false);
        lookAfter(0, false);
        assertThat(silent(2_900)).isEmpty();
        assertThat(silent(250)).hasSize(1);
    }

    @Test
    void nobodyDiesOfAClockThatWasSet() {
        lookAfter(250, true);
        renewedAt = renewedAt.plusHours(1);
        assertThat(lookAfter(250, false)).isEmpty();
        renewedAt = renewedAt.minusHours(2);
        assertThat(lookAfter(250, false)).isEmpty();
        assertThat(silent(2_900)).isEmpty();
    }

    /** So long without a sign, with looks all the time; what the last of them found. */
    private List<Death> silent(long millis) {
        List<Death> found = List.of();
        for (long passed = 0; passed < millis; passed += 50) {
            found = lookAfter(50, false);
        }
        return found;
    }

    private List<Death> lookAfter(long millis, boolean renewed) {
        now += Duration.ofMillis(millis).toNanos();
        if (renewed) {
            renewedAt = renewedAt.plusNanos(1_000);
        }
        return deaths.judge(List.of(new Neighbour(1, "other", "host", renewedAt, LEASE, unlocked)), now);
    }
}
