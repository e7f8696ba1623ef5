package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.runtime.journal.TakenPlaces.Taken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class WaitingRunsTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final Map<Integer, Long> EPOCHS = Map.of(0, 7L);

    private final WaitingRuns runs = new WaitingRuns(4, Duration.ofSeconds(10));

    @Test
    void knowsInOrderWhoWasReadAndWhoCameAheadOfWhatIsUnread() {
        read(List.of(run(1), run(3), run(5)), run(6));
        runs.came("g", run(4));
        runs.came("g", run(7));
        runs.gone("g", 3);
        assertThat(numbers()).containsExactly(1L, 4L, 5L);
        assertThat(runs.after("g", run(1), 1)).containsExactly(run(4));
        assertThat(runs.areThere("g")).isTrue();
        assertThat(runs.areAll("g")).isFalse();
        assertThat(runs.readingOn("g")).isEqualTo(run(6));
    }

    @Test
    void whatIsTooMuchIsToBeReadFromTheFirstOfItOn() {
        read(List.of(run(1), run(3), run(5), run(7)), null);
        runs.came("g", run(2));
        assertThat(numbers()).containsExactly(1L, 2L, 3L, 5L);
        assertThat(runs.readingOn("g")).isEqualTo(run(7));
        runs.read("g", List.of(run(7), run(8)), null);
        assertThat(numbers()).containsExactly(1L, 2L, 3L, 5L);
        assertThat(runs.readingOn("g")).isEqualTo(run(7));
    }

    @Test
    void whoComesOrGoesWhileSomeAreReadIsNeitherLostNorKept() {
        read(List.of(run(1)), run(2));
        runs.reading("g");
        runs.came("g", run(4));
        runs.gone("g", 3);
        runs.gone("g", 1);
        assertThat(runs.areKnown("g", EPOCHS, NOW)).isFalse();
        runs.read("g", List.of(run(2), run(3)), null);
        assertThat(numbers()).containsExactly(2L, 4L);
        assertThat(runs.areAll("g")).isTrue();
    }

    @Test
    void knowsNothingOfAnotherGraphOrOtherEpochsOrAfterTenSecondsOrBefore() {
        read(List.of(), null);
        assertThat(runs.areKnown("g", EPOCHS, NOW.plusMillis(9_999))).isTrue();
        assertThat(runs.areKnown("h", EPOCHS, NOW)).isFalse();
        assertThat(runs.areKnown("g", Map.of(0, 8L), NOW)).isFalse();
        assertThat(runs.areKnown("g", EPOCHS, NOW.plusSeconds(10))).isFalse();
        assertThat(runs.areKnown("g", EPOCHS, NOW.minusMillis(1))).isFalse();
    }

    @Test
    void knowsNothingOnceItIsToForget() {
        read(List.of(run(1)), null);
        runs.forget("g");
        runs.came("g", run(2));
        runs.read("g", List.of(run(3)), null);
        assertThat(numbers()).isEmpty();
        assertThat(runs.areKnown("g", EPOCHS, NOW)).isFalse();
    }

    private void read(List<WaitingRun> found, @Nullable WaitingRun next) {
        runs.readingAnew("g", EPOCHS, NOW);
        runs.read("g", found, next);
    }

    private List<Long> numbers() {
        return runs.after("g", null, 10).stream().map(WaitingRun::number).toList();
    }

    private static WaitingRun run(long number) {
        return new WaitingRun(
                new QueuedRun(number, "r" + number, 0, NOW.plusMillis(number)), 0, new Taken(1, LimitKeys.NONE), 0);
    }
}
