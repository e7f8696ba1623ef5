package dev.postroad.runtime.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.engine.graph.RunRules;
import dev.postroad.runtime.journal.TakenPlaces.Taken;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class TakenPlacesTest {
    private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
    private static final Map<Integer, Long> EPOCHS = Map.of(0, 7L);
    private static final Taken ONE = new Taken(1, new LimitKeys(List.of("acme"), RunRules.NONE));
    private static final Taken OTHER = new Taken(2, LimitKeys.NONE);

    private final TakenPlaces places = new TakenPlaces();

    @Test
    void knowsWhatWasReadAndGivenButForWhatHasLeft() {
        read(Map.of(1L, ONE, 2L, ONE));
        places.given("g", Map.of(3L, OTHER));
        places.began("g", 3);
        places.left("g", 1);
        places.left("g", 9);
        assertThat(taken()).containsExactlyInAnyOrder(ONE, OTHER);
    }

    @Test
    void knowsNothingOfAnotherGraphOrOtherEpochsOrAfterASecondOrBefore() {
        read(Map.of());
        assertThat(taken()).isEmpty();
        assertThat(places.taken("h", EPOCHS, NOW)).isNull();
        assertThat(places.taken("g", Map.of(0, 8L), NOW)).isNull();
        assertThat(places.taken("g", EPOCHS, NOW.plusMillis(999))).isEmpty();
        assertThat(places.taken("g", EPOCHS, NOW.plusSeconds(1))).isNull();
        assertThat(places.taken("g", EPOCHS, NOW.minusMillis(1))).isNull();
    }

    @Test
    void whatLeavesWhileItIsReadCountsNoMore() {
        places.reading("g", EPOCHS, NOW);
        places.left("g", 1);
        assertThat(taken()).isNull();
        places.read("g", Map.of(1L, ONE, 2L, OTHER));
        assertThat(taken()).containsExactly(OTHER);
    }

    @Test
    void knowsNothingOnceARunIsUnderWayThatWasNotExpected() {
        read(Map.of(1L, ONE));
        places.began("g", 2);
        assertThat(taken()).isNull();
        places.reading("g", EPOCHS, NOW);
        places.began("g", 2);
        places.read("g", Map.of(1L, ONE));
        assertThat(taken()).isNull();
        places.reading("g", EPOCHS, NOW);
        places.began("g", 1);
        places.read("g", Map.of(1L, ONE));
        assertThat(taken()).containsExactly(ONE);
    }

    @Test
    void knowsNothingOnceItIsToForget() {
        read(Map.of(1L, ONE));
        places.forget("g");
        places.given("g", Map.of(2L, ONE));
        places.left("g", 2);
        assertThat(taken()).isNull();
    }

    private void read(Map<Long, Taken> found) {
        places.reading("g", EPOCHS, NOW);
        places.read("g", found);
    }

    private @Nullable List<Taken> taken() {
        return places.taken("g", EPOCHS, NOW);
    }
}
