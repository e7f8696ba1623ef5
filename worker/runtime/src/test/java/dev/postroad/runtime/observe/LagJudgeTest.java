package dev.postroad.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.observe.LagJudge.Unread;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class LagJudgeTest {
    private static final PartHealth OK = new PartHealth.Ok();

    private final LagJudge judge = new LagJudge();
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");

    private PartHealth after(Duration passed, Map<Integer, Unread> unread) {
        now = now.plus(passed);
        return judge.judge(unread, now);
    }

    private PartHealth after(Duration passed, long from, long count) {
        return after(passed, Map.of(0, new Unread(from, count)));
    }

    @Test
    void aFloodThatIsWorkedOffIsNoTrouble() {
        for (int left = 100; left > 0; left--) {
            assertThat(after(LagJudge.LONGEST_WITHOUT_FEWER, (100 - left) * 1_000L, left * 1_000L))
                    .isEqualTo(OK);
        }
    }

    @Test
    void triggersThatComeFasterThanTheyAreReadAreNoticedUntilTheyBecomeFewer() {
        assertThat(after(Duration.ZERO, 0, LagJudge.MANY + 1)).isEqualTo(OK);
        assertThat(after(LagJudge.LONGEST_WITHOUT_FEWER.minusMillis(1), 100, LagJudge.MANY + 2))
                .isEqualTo(OK);
        assertThat(after(Duration.ofMillis(1), 200, LagJudge.MANY + 2))
                .isEqualTo(new PartHealth.Degraded("10002 triggers wait in Kafka, and they do not become fewer"));
        assertThat(after(Duration.ofSeconds(1), 300, LagJudge.MANY + 1).state()).isEqualTo(HealthState.DEGRADED);
        assertThat(after(LagJudge.LONGEST_WITHOUT_FEWER, 400, LagJudge.MANY + 1))
                .isEqualTo(OK);
        assertThat(after(LagJudge.LONGEST_WITHOUT_FEWER, 500, LagJudge.MANY + 1).state())
                .isEqualTo(HealthState.DEGRADED);
        assertThat(after(Duration.ofSeconds(1), 9_000, LagJudge.MANY)).isEqualTo(OK);
    }

    @Test
    void aShardThatNobodyReadsIsNamedHoweverFewItsTriggersAre() {
        assertThat(after(Duration.ZERO, Map.of(0, new Unread(7, 1), 3, new Unread(5, 2))))
                .isEqualTo(OK);
        assertThat(after(LagJudge.LONGEST_STANDSTILL.minusMillis(1), Map.of(0, new Unread(8, 1), 3, new Unread(5, 9))))
                .isEqualTo(OK);
        assertThat(after(Duration.ofMillis(1), Map.of(0, new Unread(8, 1), 3, new Unread(5, 9))))
                .isEqualTo(new PartHealth.Degraded(
                        "10 triggers wait in Kafka, and of the shards [3] none was read for PT30S or longer"));
        assertThat(after(Duration.ofSeconds(1), Map.of(0, new Unread(8, 1), 3, new Unread(6, 8))))
                .isEqualTo(OK);
        assertThat(after(LagJudge.LONGEST_STANDSTILL, Map.of())).isEqualTo(OK);
    }
}
