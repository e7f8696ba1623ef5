package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What holds for every run, whatever its graph and whatever happens in whatever order. A failure prints its seed, and
 * {@code -Dpostroad.seed=N} runs that one alone.
 */
@NullMarked
class RunPropertyTest {
    private static final int SEEDS = Integer.getInteger("postroad.seeds", 1_000);
    private static final int ORDERS_OF_A_GRAPH = 8;
    private long stops;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void everyRunEndsTheSameInWhateverOrderThingsHappenAndEqualsItsJournalAtEveryEvent() {
        Long only = Long.getLong("postroad.seed");
        Map<RunStatus, Integer> ends = new EnumMap<>(RunStatus.class);
        long first = only == null ? 0 : only - only % ORDERS_OF_A_GRAPH;
        long last = only == null ? SEEDS : first + ORDERS_OF_A_GRAPH;
        for (long group = first; group < last; group += ORDERS_OF_A_GRAPH) {
            Run calm = calm(group);
            for (long seed = group; seed < group + ORDERS_OF_A_GRAPH; seed++) {
                compare(calm, seed);
            }
            ends.merge(calm.status(), 1, Integer::sum);
        }
        if (only == null) {
            assertThat(ends)
                    .as("the generator makes runs of both ends")
                    .containsOnlyKeys(RunStatus.COMPLETED, RunStatus.FAILED)
                    .hasEntrySatisfying(
                            RunStatus.COMPLETED,
                            count -> assertThat(count).isGreaterThan(SEEDS / ORDERS_OF_A_GRAPH / 2))
                    .hasEntrySatisfying(
                            RunStatus.FAILED, count -> assertThat(count).isGreaterThan(SEEDS / ORDERS_OF_A_GRAPH / 50));
            assertThat(stops).as("pauses at breakpoints").isGreaterThan(SEEDS / 2);
        }
    }

    private static Run calm(long group) {
        try {
            Graph graph = RandomGraph.of(new SplittableRandom(group));
            return new SimulatedRun(graph, group, 0, new SplittableRandom(group)).finished();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + group + ", undisturbed: " + failed.getMessage(), failed);
        }
    }

    private void compare(Run calm, long seed) {
        long group = seed - seed % ORDERS_OF_A_GRAPH;
        try {
            SplittableRandom random = new SplittableRandom(seed + 1_000_000);
            SimulatedRun simulated = new SimulatedRun(calm.graph(), group, random.nextInt(8), random);
            Run run = (seed % 2 == 0 ? simulated : simulated.stopping()).finished();
            stops += simulated.stops();
            assertThat(run.status()).isEqualTo(calm.status());
            assertThat(run.state()).isEqualTo(calm.state());
            assertThat(run.version()).isEqualTo(calm.version());
            assertThat(run.root().superstep().number())
                    .isEqualTo(calm.root().superstep().number());
            assertThat(run.progress()).isEqualTo(calm.progress());
            assertThat(run.error()).isEqualTo(calm.error());
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void aSuperstepOfTwoThousandNodesIsDone() {
        int width = 2_000;
        String names = IntStream.range(0, width).mapToObj(i -> "n" + i).collect(Collectors.joining(", "));
        String nodes = IntStream.range(0, width)
                .mapToObj(i -> "n" + i + ": { agent: x }")
                .collect(Collectors.joining(", "));
        RunScript script = RunScript.started("""
                graph: wide
                state: { total: { reducer: sum }, log: { reducer: append } }
                nodes: { %s, last: { set: "{'log': ['last']}" } }
                edges: [ { from: START, to: [%s] }, { from: [%s], to: last }, { from: last, to: END } ]
                limits: { concurrency: 100000 }
                """.formatted(nodes, names, names), "{}");
        assertThat(script.calls).hasSize(width);

        for (int i = width - 1; i >= 0; i--) {
            script.answer("n" + i + "@1", "{'total': 1}");
        }
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state()).isEqualTo(RunScript.json("{'total': 2000, 'log': ['last']}"));
    }
}
