package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final List<Fault> FAULTS = LinkFault.all();

    @Test
    void aSeedGivesTheSamePlanAndAnotherSeedAnotherOne() {
        assertThat(Plan.of(FAULTS, 100, 7)).isEqualTo(Plan.of(FAULTS, 100, 7));
        assertThat(Plan.of(FAULTS, 100, 7)).isNotEqualTo(Plan.of(FAULTS, 100, 8));
    }

    @Test
    void aLongerPlanBeginsAsAShorterOne() {
        assertThat(Plan.of(FAULTS, 100, 7).steps().subList(0, 20))
                .isEqualTo(Plan.of(FAULTS, 20, 7).steps());
    }

    @Test
    void allFaultsComeOnceBeforeOneComesAgain() {
        List<Plan.Step> steps = Plan.of(FAULTS, 3 * FAULTS.size(), 1).steps();
        for (int i = 0; i < 3; i++) {
            assertThat(steps.subList(i * FAULTS.size(), (i + 1) * FAULTS.size()))
                    .extracting(Plan.Step::fault)
                    .containsExactlyInAnyOrderElementsOf(FAULTS);
        }
    }

    @Test
    void theStepsShareAllRunsBetweenThem() {
        Plan plan = Plan.of(FAULTS, 7, 1);
        assertThat(plan.share(100, 0)).isZero();
        assertThat(plan.share(100, 7)).isEqualTo(100);
        assertThat(IntStream.range(0, 7).map(i -> plan.share(100, i + 1) - plan.share(100, i)))
                .allMatch(share -> share == 14 || share == 15);
    }

    @Test
    void ordersFollowFromTheNumberOfARunAndEachHasAnIdOfItsOwn() {
        List<String> ids = IntStream.range(0, 400)
                .boxed()
                .flatMap(
                        i -> Stream.concat(Orders.atOnce("run-" + i, i).stream(), Orders.later("run-" + i, i).stream()))
                .map(Order::id)
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids.stream().map(id -> id.substring(0, id.indexOf('-'))))
                .contains("cancel", "retry", "pause", "unpause", "rollback", "fork");
    }
}
