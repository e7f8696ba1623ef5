package dev.postroad.runtime.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.ScheduleDefinition;
import dev.postroad.contracts.json.FaultsException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class PlannerTest {
    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

    @Test
    void nothingIsDueBeforeItsTime() {
        Plan plan = plan(every("PT15M", ""), NOON, null, NOON.plusSeconds(899));
        assertThat(plan).isEqualTo(new Plan(NOON, List.of(), NOON.plusSeconds(900)));
    }

    @Test
    void whatIsDueFires() {
        Plan plan = plan(every("PT15M", ""), NOON, null, NOON.plusSeconds(900));
        assertThat(plan)
                .isEqualTo(
                        new Plan(NOON.plusSeconds(900), List.of(fire(NOON.plusSeconds(900))), NOON.plusSeconds(1_800)));
    }

    @Test
    void clockThatIsSetBackStartsNothingTwice() {
        ScheduleDefinition schedule = every("PT1S", "overlap: allow");
        Plan first = plan(schedule, NOON, null, NOON.plusSeconds(5));
        assertThat(first.decisions()).hasSize(5);
        Plan back = plan(schedule, first.decidedUntil(), null, NOON.plusSeconds(1));
        assertThat(back.decisions()).isEmpty();
        Plan on = plan(schedule, back.decidedUntil(), null, NOON.plusSeconds(6));
        assertThat(on.decisions()).containsExactly(fire(NOON.plusSeconds(6)));
    }

    @Test
    void clockThatIsSetForwardMakesUpForWhatItPassedOver() {
        Plan plan = plan(every("PT15M", "overlap: allow"), NOON, null, NOON.plus(Duration.ofMinutes(50)));
        assertThat(times(plan.decisions())).containsExactly(minutes(15), minutes(30), minutes(45));
        assertThat(plan.decisions()).allMatch(Decision.Fire.class::isInstance);
    }

    @Test
    void workersThatWereDownOverTenTimesMakeUpForThoseWithinCatchUp() {
        Instant back = NOON.plus(Duration.ofMinutes(150));
        Plan plan = plan(every("PT15M", "overlap: allow, catchUp: PT1H"), NOON, null, back);
        assertThat(plan.decisions()).hasSize(10);
        assertThat(plan.decisions().subList(0, 5))
                .allSatisfy(decision -> assertThat(decision)
                        .isInstanceOfSatisfying(
                                Decision.Miss.class,
                                miss -> assertThat(miss.reason()).contains("catchUp, PT1H")));
        assertThat(plan.decisions().subList(5, 10)).allMatch(Decision.Fire.class::isInstance);
        assertThat(times(plan.decisions())).isSorted().endsWith(back);
        assertThat(plan.next()).isEqualTo(back.plusSeconds(900));
    }

    @Test
    void yearWithoutWorkersIsToldOfInFewWords() {
        Instant back = NOON.plus(Duration.ofDays(365));
        ScheduleDefinition schedule = every("PT1S", "catchUp: PT10S");
        Plan first = plan(schedule, NOON, null, back);
        assertThat(first.decisions()).hasSize(Planner.MOST_AT_ONCE);
        assertThat(first.decisions().getLast())
                .isInstanceOfSatisfying(
                        Decision.Miss.class, miss -> assertThat(miss.until()).isEqualTo(back.minusSeconds(10)));
        Plan second = plan(schedule, first.decidedUntil(), null, back);
        assertThat(times(second.decisions())).startsWith(back.minusSeconds(10)).endsWith(back);
        assertThat(second.decisions().getFirst()).isInstanceOf(Decision.Fire.class);
    }

    @Test
    void skipLeavesOutWhatIsDueWhileARunIsUnderWay() {
        Plan plan = plan(every("PT15M", "overlap: skip"), NOON, "s:before", NOON.plusSeconds(900));
        assertThat(plan.decisions())
                .containsExactly(new Decision.Skip(NOON.plusSeconds(900), "the run s:before has not ended"));
    }

    @Test
    void ofManyThatAreMadeUpForSkipStartsTheFirst() {
        Plan plan = plan(every("PT15M", "overlap: skip"), NOON, null, NOON.plusSeconds(2_700));
        assertThat(plan.decisions())
                .containsExactly(
                        fire(NOON.plusSeconds(900)),
                        new Decision.Skip(NOON.plusSeconds(1_800), "the run s:2026-11-28T12:15:00Z has not ended"),
                        new Decision.Skip(NOON.plusSeconds(2_700), "the run s:2026-11-28T12:15:00Z has not ended"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"queue", "cancel-previous"})
    void othersWaitForTheRunThatIsUnderWay(String overlap) {
        Plan plan = plan(every("PT15M", "overlap: " + overlap), NOON, "s:before", NOON.plusSeconds(900));
        assertThat(plan.decisions()).containsExactly(new Decision.Wait(NOON.plusSeconds(900)));
    }

    @Test
    void noMoreThanAThousandWait() {
        Standing standing = new Standing(NOON, "s:before", Planner.MOST_WAITING - 1);
        Plan plan = Planner.plan(every("PT15M", "overlap: queue"), standing, NOON.plusSeconds(1_800), time -> null);
        assertThat(plan.decisions())
                .containsExactly(
                        new Decision.Wait(NOON.plusSeconds(900)),
                        new Decision.Skip(NOON.plusSeconds(1_800), "1000 times wait already for the run s:before"));
    }

    @Test
    void noneGoesBeforeThoseThatWaitThoughNoneIsUnderWay() {
        Plan plan = Planner.plan(
                every("PT15M", "overlap: queue"), new Standing(NOON, null, 1), NOON.plusSeconds(900), time -> null);
        assertThat(plan.decisions()).containsExactly(new Decision.Wait(NOON.plusSeconds(900)));
        plan = Planner.plan(
                every("PT15M", "overlap: queue"),
                new Standing(NOON, null, Planner.MOST_WAITING),
                NOON.plusSeconds(900),
                time -> null);
        assertThat(plan.decisions())
                .containsExactly(new Decision.Skip(NOON.plusSeconds(900), "1000 times wait already"));
    }

    @Test
    void runThatCannotBeginIsSkippedWithTheReason() {
        Plan plan = Planner.plan(
                every("PT15M", ""), new Standing(NOON, null, 0), NOON.plusSeconds(900), time -> "there is no graph g");
        assertThat(plan.decisions()).containsExactly(new Decision.Skip(NOON.plusSeconds(900), "there is no graph g"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe"})
    void inAYearOfClocksThatChangeEveryDayHasOneRun(String zone) {
        ScheduleDefinition schedule =
                read("schedule: s\ngraph: g\ncron: '15 2 * * *'\nzone: " + zone + "\noverlap: allow");
        Instant now = Instant.parse("2027-12-01T00:00:00Z");
        Instant until = Instant.parse("2026-12-01T00:00:00Z");
        List<Instant> fired = new ArrayList<>();
        for (Instant look = until; look.isBefore(now); look = look.plus(Duration.ofMinutes(10))) {
            Plan plan = plan(schedule, until, null, look);
            fired.addAll(times(plan.decisions()));
            until = plan.decidedUntil();
        }
        assertThat(fired).hasSize(365).doesNotHaveDuplicates().isSorted();
    }

    private static Instant minutes(int minutes) {
        return NOON.plus(Duration.ofMinutes(minutes));
    }

    private static Decision fire(Instant time) {
        return new Decision.Fire(time);
    }

    private static List<Instant> times(List<Decision> decisions) {
        return decisions.stream().map(Decision::time).toList();
    }

    private static Plan plan(ScheduleDefinition schedule, Instant until, @Nullable String underWay, Instant now) {
        return Planner.plan(schedule, new Standing(until, underWay, 0), now, time -> null);
    }

    private static ScheduleDefinition every(String period, String more) {
        return read(Stream.of("{ schedule: s, graph: g, every: " + period, more)
                        .filter(part -> !part.isEmpty())
                        .reduce((a, b) -> a + ", " + b)
                        .orElseThrow()
                + " }");
    }

    private static ScheduleDefinition read(String text) {
        try {
            return (ScheduleDefinition) Definitions.readAll(text).getFirst();
        } catch (FaultsException unsound) {
            throw new IllegalStateException(unsound);
        }
    }
}
