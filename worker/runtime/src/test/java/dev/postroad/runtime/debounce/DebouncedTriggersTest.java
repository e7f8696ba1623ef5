package dev.postroad.runtime.debounce;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.engine.run.Origin;
import dev.postroad.runtime.debounce.DebouncedTriggers.Taken;
import dev.postroad.runtime.debounce.DueTriggers.Chosen;
import dev.postroad.runtime.testing.Site;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of triggers of one key, on a real Postgres. */
@NullMarked
class DebouncedTriggersTest {
    private static final Site SITE = Site.open();
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
    private static final Duration WITHIN = Duration.ofMinutes(1);

    private Instant now = NOON;
    private final DebouncedTriggers triggers = new DebouncedTriggers(SITE.sql(), () -> now);
    private final DueTriggers due = new DueTriggers(SITE.sql(), () -> now);

    @AfterAll
    static void close() {
        SITE.close();
    }

    @BeforeEach
    void empty() {
        SITE.sql().useHandle(handle -> handle.execute("TRUNCATE postroad.debounced_triggers"));
    }

    @Test
    void eachOfManyIsToldOfByTheOneThatTookItsPlaceAlone() {
        List<HeldTrigger> told = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Taken taken = take(trigger("run-" + i, i), 0);
            assertThat(taken.repeats()).isEmpty();
            told.addAll(taken.superseded());
        }
        assertThat(told)
                .extracting(HeldTrigger::runId)
                .hasSize(199)
                .doesNotHaveDuplicates()
                .doesNotContain("run-199");
    }

    @Test
    void oneThatIsNotToldIsToldWhenItsRecordOrThatOfTheLaterOneIsReadAgain() {
        HeldTrigger first = trigger("first", 0);
        HeldTrigger second = trigger("second", 1);
        take(first, 0);
        assertThat(take(second, 0)).isEqualTo(superseded(first));
        assertThat(take(second, 0)).isEqualTo(superseded(first));
        assertThat(take(first, 0)).isEqualTo(superseded(first));
        triggers.told(List.of(superseded(first)));
        assertThat(take(second, 0)).isEqualTo(superseded());
    }

    @Test
    void secondOneForARunThatHasBegunIsARepeatAndTakesNobodysPlace() {
        HeldTrigger first = trigger("same", 0);
        take(first, 0);
        assertThat(chosen()).containsExactly("same");
        take(trigger("other", 1), 0);
        assertThat(take(trigger("same", 2), 0)).isEqualTo(repeat(trigger("same", 2)));
        assertThat(take(trigger("same", -1), 0)).isEqualTo(repeat(trigger("same", -1)));
        assertThat(take(first, 0)).isEqualTo(superseded());
        assertThat(chosen()).containsExactly("same", "other");
    }

    @Test
    void secondOneForARunThatIsHeldTakesThePlaceOfTheFirstWhichIsARepeat() {
        HeldTrigger first = trigger("same", 0);
        take(first, 0);
        assertThat(take(trigger("same", 1), 0)).isEqualTo(repeat(first));
        triggers.told(List.of(repeat(first)));
        assertThat(take(first, 0)).isEqualTo(repeat(first));
        now = NOON.plus(WITHIN);
        assertThat(due.choose(List.of(0), 10))
                .extracting(each -> each.trigger().origin().offset())
                .containsExactly(1L);
    }

    @Test
    void allOfARunThatDoesNotRunAreSuperseded() {
        HeldTrigger first = trigger("same", 0);
        HeldTrigger second = trigger("same", 1);
        take(second, 0);
        HeldTrigger last = trigger("last", 2);
        assertThat(take(last, 0)).isEqualTo(superseded(second));
        assertThat(take(first, 0)).isEqualTo(superseded(first));
        assertThat(chosen()).containsExactly("last");
    }

    @Test
    void whatIsChosenIsChosenAgainUntilItIsSent() {
        take(trigger("a", 0, "a"), 0);
        take(trigger("b", 1, "b"), 0);
        take(trigger("elsewhere", 2, "c"), 7);
        assertThat(due.choose(List.of(0), 10)).isEmpty();
        now = NOON.plus(WITHIN);
        List<Chosen> both = due.choose(List.of(0), 10);
        assertThat(due.choose(List.of(0), 10))
                .containsExactlyInAnyOrderElementsOf(both)
                .hasSize(2);
        due.sent(both.subList(0, 1));
        assertThat(due.choose(List.of(0), 10)).containsExactly(both.getLast());
    }

    @Test
    void whatIsOldIsForgottenWhateverBecameOfIt() {
        take(trigger("first", 0), 0);
        take(trigger("second", 1), 0);
        now = NOON.plus(WITHIN);
        due.sent(due.choose(List.of(0), 10));
        due.forgetOld();
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers"))
                .isEqualTo(2);
        now = NOON.plus(Duration.ofDays(2));
        take(trigger("held", 2, "another"), 0);
        assertThat(due.forgetOld()).isFalse();
        assertThat(SITE.number("SELECT count(*) FROM postroad.debounced_triggers"))
                .isEqualTo(1);
    }

    private Taken take(HeldTrigger trigger, int shard) {
        return triggers.take(List.of(new Arrival(trigger, shard, 100))).getFirst();
    }

    private List<String> chosen() {
        now = now.plus(WITHIN);
        return due.choose(List.of(0), 10).stream()
                .map(each -> each.trigger().runId())
                .toList();
    }

    private static Taken superseded(HeldTrigger... all) {
        return new Taken(List.of(all), List.of());
    }

    private static Taken repeat(HeldTrigger one) {
        return new Taken(List.of(), List.of(one));
    }

    private static HeldTrigger trigger(String runId, int place) {
        return trigger(runId, place, "k");
    }

    /** Written a tenth of a second after the one before. */
    private static HeldTrigger trigger(String runId, int place, String key) {
        return new HeldTrigger(
                "graph/g",
                key,
                runId,
                NOON.plusMillis(100L * place),
                WITHIN,
                Trigger.of("g", runId, JsonNodeFactory.instance.objectNode()),
                null,
                new Origin("triggers", 0, place));
    }
}
