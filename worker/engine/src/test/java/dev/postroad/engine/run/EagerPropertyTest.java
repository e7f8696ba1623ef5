package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code contracts/eager.md} promises, for graphs by chance. A failure prints its seed. */
@NullMarked
final class EagerPropertyTest {
    private static final int SEEDS = Integer.getInteger("postroad.seeds", 400);
    private static final int ORDERS_OF_A_GRAPH = 8;
    private static final int MOST_ANSWERS = 10_000;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void aRunEndsTheSameInWhateverOrderThingsHappen() {
        int ahead = 0;
        long stops = 0;
        for (long group = 0; group < SEEDS; group += ORDERS_OF_A_GRAPH) {
            Graph graph = RandomGraph.eager(new SplittableRandom(group));
            Run calm = finished(
                    new SimulatedRun(graph, group, 0, new SplittableRandom(group)),
                    "seed " + group + ", undisturbed: ");
            for (long seed = group; seed < group + ORDERS_OF_A_GRAPH; seed++) {
                SplittableRandom random = new SplittableRandom(seed + 1_000_000);
                SimulatedRun simulated = new SimulatedRun(graph, group, random.nextInt(8), random);
                Run run = finished(seed % 2 == 0 ? simulated : simulated.stopping(), "seed " + seed + ": ");
                stops += simulated.stops();
                assertThat(List.of(run.status(), run.state(), String.valueOf(run.error())))
                        .as("seed " + seed)
                        .isEqualTo(List.of(calm.status(), calm.state(), String.valueOf(calm.error())));
            }
            ahead += calm.status() == RunStatus.COMPLETED ? 1 : 0;
        }
        assertThat(ahead).as("runs that complete").isGreaterThan(SEEDS / ORDERS_OF_A_GRAPH / 2);
        assertThat(stops).as("pauses at breakpoints").isGreaterThan(SEEDS / 2);
    }

    private static Run finished(SimulatedRun run, String which) {
        try {
            return run.finished();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError(which + failed.getMessage(), failed);
        }
    }

    /** Where no node looks at the state, it makes no difference but in time. */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void theTasksAndTheirMergeAreThoseOfSupersteps() {
        int ahead = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            String yaml = definition(new SplittableRandom(seed));
            try {
                RunScript steps = played(yaml, new SplittableRandom(seed + 1));
                RunScript eager = played("schedule: eager\n" + yaml, new SplittableRandom(seed + 2));
                assertThat(eager.run.status()).isEqualTo(steps.run.status());
                ahead += started(eager).equals(started(steps)) ? 0 : 1;
                if (steps.run.status() != RunStatus.COMPLETED) {
                    continue;
                }
                assertThat(eager.run.state()).isEqualTo(steps.run.state());
                assertThat(eager.run.root().superstep().number())
                        .isEqualTo(steps.run.root().superstep().number());
                assertThat(tasks(eager)).isEqualTo(tasks(steps));
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + ": " + failed.getMessage() + "\n" + yaml, failed);
            }
        }
        assertThat(ahead).as("runs in which something ran ahead").isGreaterThan(SEEDS / 4);
    }

    private static Map<String, String> tasks(RunScript script) {
        Map<String, String> tasks = new TreeMap<>();
        for (Event event : script.journal) {
            if (event.task() != null && event.body() instanceof EventBody.NodeCompleted completed) {
                tasks.put(event.task(), event.superstep() + " " + completed.writes());
            }
        }
        return tasks;
    }

    private static List<String> started(RunScript script) {
        return script.types().stream().filter(type -> type.startsWith("node.")).toList();
    }

    private static RunScript played(String yaml, SplittableRandom random) {
        RunScript script = RunScript.started(yaml, "{'log': []}");
        for (int i = 0; i < MOST_ANSWERS && script.run.status() == RunStatus.RUNNING; i++) {
            List<String> open = new ArrayList<>(new TreeMap<>(script.run.callsUnderWay()).keySet());
            String task = open.get(random.nextInt(open.size()));
            if (Math.floorMod(task.hashCode(), 11) == 0) {
                script.reply(task, dev.postroad.contracts.agent.AgentReply.permanent("http.400", "no"));
            } else {
                script.answer(task, "{'log': ['" + task + "']}");
            }
            if (random.nextInt(20) == 0) {
                script.recover();
            }
        }
        return script;
    }

    private static String definition(SplittableRandom random) {
        int count = random.nextInt(2, 9);
        StringBuilder nodes = new StringBuilder();
        StringBuilder edges = new StringBuilder("  - { from: START, to: [n0, n1] }\n");
        for (int i = 0; i < count; i++) {
            String handler = i + 1 < count && random.nextInt(3) > 0 ? ", onError: n" + (i + 1) : "";
            String defer = i > 1 && random.nextInt(8) == 0 ? ", defer: true" : "";
            nodes.append("  n%d: { agent: x, input: \"null\"%s%s }\n".formatted(i, handler, defer));
            edges.append("  - { from: n%d, to: END }\n".formatted(i));
            if (i > 1) {
                edges.append("  - { from: n%d, to: n%d }\n".formatted(random.nextInt(i), i));
            }
            for (int e = random.nextInt(3); e > 0; e--) {
                edges.append(edge(random, i, count));
            }
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            int a = random.nextInt(count);
            int b = (a + random.nextInt(1, count)) % count;
            edges.append("  - { from: [n%d, n%d], to: n%d }\n".formatted(a, b, random.nextInt(count)));
        }
        return "graph: g\nstate: { log: { reducer: append } }\nlimits: { supersteps: 9 }\nnodes:\n" + nodes + "edges:\n"
                + edges;
    }

    private static String edge(SplittableRandom random, int from, int count) {
        int to = random.nextInt(count);
        String when =
                to <= from ? "run.superstep < 5 && run.superstep % 2 == " + random.nextInt(2) : "run.superstep > 0";
        String each =
                random.nextInt(6) == 0 ? "forEach: \"[1, 2]\", " : random.nextInt(8) == 0 ? "forEach: \"[]\", " : "";
        if (to > from && each.isEmpty() && random.nextBoolean()) {
            return "  - { from: n%d, to: n%d }\n".formatted(from, to);
        }
        return "  - { from: n%d, when: \"%s\", %sto: n%d }\n".formatted(from, when, each, to);
    }
}
