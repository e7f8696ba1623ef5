package dev.postroad.runtime.ownership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class KafkasWordTest {
    private static final Duration SESSION = Duration.ofSeconds(6);
    private static final Instant START = Instant.parse("2026-12-01T08:00:00Z");

    private final AtomicLong answered = new AtomicLong();
    private final KafkasWord word = new KafkasWord(SESSION);

    @Test
    void countsFromTheFirstAssignmentOn() {
        assertThat(word.counts(START)).isFalse();
        word.given();
        assertThat(word.counts(START)).isTrue();
    }

    /** The worker believes its old assignment until its network is well again, and others have those partitions by then. */
    @Test
    void countsNoMoreOnceNoHeartbeatWasAnsweredForASession() {
        word.follow(answered::get);
        word.given();
        for (int second = 0; second < 20; second++) {
            answered.incrementAndGet();
            assertThat(word.counts(START.plusSeconds(second))).isTrue();
        }
        assertThat(word.counts(START.plusSeconds(24))).isTrue();
        assertThat(word.counts(START.plusSeconds(25))).isFalse();
        assertThat(word.counts(START.plusSeconds(100))).isFalse();
        answered.incrementAndGet();
        assertThat(word.counts(START.plusSeconds(101))).isTrue();
    }

    @Test
    void countsWhereNobodyAskedForAWhile() {
        word.follow(answered::get);
        word.given();
        assertThat(word.counts(START)).isTrue();
        answered.incrementAndGet();
        assertThat(word.counts(START.plusSeconds(60))).isTrue();
    }

    @Test
    void isNotHeldBackByAClockThatWasSetBack() {
        word.follow(answered::get);
        word.given();
        assertThat(word.counts(START)).isTrue();
        assertThat(word.counts(START.minusSeconds(3_600))).isTrue();
        assertThat(word.counts(START.minusSeconds(3_590))).isFalse();
    }
}
