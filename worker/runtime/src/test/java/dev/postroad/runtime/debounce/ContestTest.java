package dev.postroad.runtime.debounce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class ContestTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    @Test
    void theFirstIsHeld() {
        assertThat(Contest.of(trigger(0), List.of())).isEqualTo(left(Rival.of(trigger(0))));
    }

    @Test
    void oneThatComesWithinTheTimeTakesThePlaceOfTheOneBefore() {
        assertThat(Contest.of(trigger(29), List.of(Rival.of(trigger(0)))))
                .isEqualTo(new Contest(List.of(since(29, 0, false)), List.of(trigger(0))));
    }

    @Test
    void oneThatComesLaterLeavesTheOneBeforeAlone() {
        assertThat(Contest.of(trigger(30), List.of(Rival.of(trigger(0))))).isEqualTo(left(Rival.of(trigger(30))));
    }

    @Test
    void oneThatHasBegunRunsWhateverComes() {
        assertThat(Contest.of(trigger(29), List.of(since(0, 0, true)))).isEqualTo(left(Rival.of(trigger(29))));
    }

    @Test
    void oneThatIsReadAgainDoesNotTakeThePlaceOfALaterOne() {
        assertThat(Contest.of(trigger(0), List.of(since(29, 29, true))))
                .isEqualTo(new Contest(List.of(since(29, 0, true)), List.of(trigger(0))));
        assertThat(Contest.of(trigger(29), List.of(Rival.of(trigger(29))))).isEqualTo(left());
    }

    @Test
    void oneThatIsReadAgainIsSupersededThoughTheOneAfterItIsForgotten() {
        assertThat(Contest.of(trigger(0), List.of(since(50, 0, true))))
                .isEqualTo(new Contest(List.of(), List.of(trigger(0))));
    }

    /** As long as nothing has begun, what runs is what a reader in order would let run. */
    @Test
    void whatRunsDoesNotDependOnTheOrderOfReading() {
        Random random = new Random(22);
        for (int round = 0; round < 500; round++) {
            List<HeldTrigger> written = new ArrayList<>();
            for (int i = 0, second = 0; i < 8; i++) {
                second += random.nextInt(50);
                written.add(trigger(second, i));
            }
            Set<String> inOrder = runs(written);
            Collections.shuffle(written, random);
            written.addAll(written.subList(0, 3));
            assertThat(runs(written)).isEqualTo(inOrder);
        }
    }

    private static Set<String> runs(List<HeldTrigger> read) {
        List<Rival> known = new ArrayList<>();
        for (HeldTrigger come : read) {
            Contest contest = Contest.of(come, known);
            known.removeIf(rival -> contest.superseded().contains(rival.trigger())
                    || contest.left().stream().anyMatch(left -> left.trigger().equals(rival.trigger())));
            known.addAll(contest.left());
        }
        Set<String> runs = new HashSet<>();
        known.forEach(rival -> runs.add(rival.trigger().runId()));
        return runs;
    }

    private static Contest left(Rival... rivals) {
        return new Contest(List.of(rivals), List.of());
    }

    private static Rival since(int second, int since, boolean begun) {
        return new Rival(trigger(second), begun, NOON.plusSeconds(since));
    }

    private static HeldTrigger trigger(int second) {
        return trigger(second, second);
    }

    private static HeldTrigger trigger(int second, int offset) {
        String runId = "run-" + offset;
        return new HeldTrigger(
                "graph/g",
                "k",
                runId,
                NOON.plusSeconds(second),
                Duration.ofSeconds(30),
                Trigger.of("g", runId, JsonNodeFactory.instance.objectNode()),
                null,
                new Origin("triggers", 0, offset));
    }
}
