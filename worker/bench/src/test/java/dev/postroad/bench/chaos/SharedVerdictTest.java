package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.bench.chaos.Shared.Amount;
import dev.postroad.bench.chaos.Shared.Firing;
import dev.postroad.bench.chaos.Shared.Spending;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was done to limits, schedules and costs that are sound is found, and nothing else is. */
class SharedVerdictTest {
    private static final Instant BEGUN = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Remains.Run> runs = new ArrayList<>();
    private final Map<String, List<Remains.Row>> journals = new HashMap<>();
    private final List<Agents.Paid> paid = new ArrayList<>();
    private final List<Firing> firings = new ArrayList<>();
    private final List<Spending> spending = new ArrayList<>();

    private void run(String id, String tenant, double from, double to) {
        runs.add(new Remains.Run(id, "chaos-tenants", "completed", true, tenant));
        journals.put(id, List.of(row(id, 1, "run.started", from), row(id, 2, "run.completed", to)));
    }

    private static Remains.Row row(String run, int seq, String type, double second) {
        return new Remains.Row(run, seq, type, null, at(second), null, null);
    }

    private static Instant at(double second) {
        return BEGUN.plusMillis(Math.round(second * 1_000));
    }

    private void call(String key, int attempt, String tenant, double from, double to) {
        paid.add(new Agents.Paid(key, attempt, tenant, at(from), at(to)));
    }

    private void fired(double second, @Nullable String run) {
        firings.add(new Firing("chaos-every", "schedule.fired", at(second), null, run));
        if (run != null) {
            runs.add(new Remains.Run(run, "chaos-ticks", "completed", true, "0"));
        }
    }

    private Map<String, List<String>> broken() {
        Remains remains = new Remains(
                Set.of(),
                List.of(),
                runs,
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                new Shared(paid, firings, spending));
        Map<String, List<String>> broken = new HashMap<>();
        new SharedVerdict(remains, journals).wrong().forEach((promise, who) -> broken.put(promise, who.toList()));
        broken.values().removeIf(List::isEmpty);
        return broken;
    }

    @Test
    void moreRunsOfATenantThanMayBeUnderWayAreFound() {
        run("a", "1", 0, 2);
        run("b", "1", 0, 1);
        run("c", "1", 1, 3);
        run("d", "2", 0, 3);
        run("e", "2", 0, 3);
        assertThat(broken()).as("what ends lets the next begin").isEmpty();
        run("f", "1", 1.999, 4);
        assertThat(broken()).containsOnly(Map.entry("limitsByKeyExceeded", List.of("tenant 1 had 3 at once")));
    }

    @Test
    void aRunThatPausesIsNotUnderWayUntilItGoesOn() {
        run("a", "1", 0, 10);
        run("b", "1", 1, 2);
        runs.add(new Remains.Run("c", "chaos-tenants", "completed", true, "1"));
        journals.put(
                "c",
                List.of(
                        row("c", 1, "run.started", 0.5),
                        row("c", 2, "run.paused", 0.9),
                        row("c", 3, "run.started", 2),
                        row("c", 4, "run.completed", 3)));
        assertThat(broken()).isEmpty();
    }

    @Test
    void whatBeginsFasterThanItsRateIsFoundAlsoWhereSomeOfItIsLate() {
        int most = SharedVerdict.RUNS_A_PERIOD;
        for (int i = 0; i < 4 * most; i++) {
            run("late-" + i, "1", i / 1_000.0, i / 1_000.0);
        }
        assertThat(broken())
                .as("a worker that stood still begins what had its turn")
                .isEmpty();
        for (int i = 0; i < 20 * most; i++) {
            double second = i * SharedVerdict.PERIOD.toMillis() / 1_000.0 / most / 1.5;
            run("fast-" + i, "2", second, second);
        }
        assertThat(broken()).containsOnlyKeys("ratesByKeyExceeded");
    }

    @Test
    void moreCallsOfATenantThanMayBeUnderWayAreFound() {
        for (String key : List.of("a", "b", "c")) {
            call(key, 1, "1", 0, 5);
        }
        call("d", 1, "1", 1, 2);
        call("d", 2, "1", 5, 6);
        assertThat(broken())
                .as("whoever called d gave it up and called it again")
                .isEmpty();
        call("e", 1, "1", 4, 6);
        assertThat(broken()).containsOnly(Map.entry("callsByKeyExceeded", List.of("tenant 1 had 4 at once")));
    }

    @Test
    void aTimeThatFiresTwiceIsFoundAndSoIsOneThatDoesNot() {
        fired(0, "r0");
        fired(2, "r2");
        fired(4, "r4");
        assertThat(broken()).isEmpty();
        fired(10, "r10");
        assertThat(broken())
                .containsOnly(Map.entry(
                        "firingsLost",
                        List.of("chaos-every:2026-01-01T00:00:06Z", "chaos-every:2026-01-01T00:00:08Z")));
        firings.add(new Firing("chaos-every", "schedule.missed", at(6), at(8), null));
        assertThat(broken()).as("it was said").isEmpty();
        fired(4, "r4");
        fired(12, null);
        assertThat(broken())
                .containsOnly(
                        Map.entry("firingsDoubled", List.of("chaos-every:2026-01-01T00:00:04Z")),
                        Map.entry("firingsWithoutARun", List.of("chaos-every:2026-01-01T00:00:12Z")));
    }

    @Test
    void whatWasSpentAndIsNotInEveryPlaceIsFound() {
        Amount all = amount(3 * Agents.tokens(7), "0.75");
        spending.add(new Spending("7", 3, 3 * Agents.tokens(7), all, all, amount(3 * Agents.tokens(7), "0.750")));
        assertThat(broken()).isEmpty();
        spending.add(new Spending("7", 3, 3 * Agents.tokens(7), all, amount(3 * Agents.tokens(7), "1"), all));
        spending.add(new Spending("7", 4, 3 * Agents.tokens(7), all, all, all));
        spending.add(new Spending("7", 3, 3 * Agents.tokens(7), all, all, amount(1, "0.75")));
        assertThat(broken().get("costsThatDoNotAgree")).hasSize(3);
    }

    private static Amount amount(long tokens, String cost) {
        return new Amount(tokens, new BigDecimal(cost));
    }

    @Test
    void schedulesAreDueAsTheVerdictCounts() {
        assertThat(ChaosSchedule.EVERY.between()).isEqualTo(Duration.ofSeconds(2));
        assertThat(ChaosSchedule.all(true)).contains("paused: true").contains("chaos-cron");
    }
}
