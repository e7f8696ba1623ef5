package dev.postroad.runtime.run.calls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class AnswerPaceTest {
    private final AnswerPace pace = new AnswerPace();

    private void answers(int times, long millis) {
        for (int i = 0; i < times; i++) {
            pace.took(millis);
        }
    }

    @Test
    void nobodyIsWaitedForWhereNoneAnswered() {
        assertThat(pace.patience()).isZero();
    }

    @Test
    void runsStayAtHandSomeTimesWhatAnswersTake() {
        answers(1_000, 300);
        assertThat(pace.patience()).isBetween(Duration.ofMillis(550), Duration.ofMillis(650));
        answers(1_000, 1_500);
        assertThat(pace.patience()).isBetween(Duration.ofMillis(2_800), Duration.ofMillis(3_100));
    }

    @Test
    void noRunStaysForLong() {
        answers(1_000, 4_000);
        assertThat(pace.patience()).isEqualTo(Duration.ofSeconds(4));
        answers(1_000, 60_000);
        assertThat(pace.patience()).isZero();
    }
}
