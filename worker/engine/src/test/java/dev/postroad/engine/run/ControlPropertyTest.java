package dev.postroad.engine.run;

import dev.postroad.engine.graph.Graph;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Any messages of users, at any moments of any run: none is left without an answer, none is applied twice, no status
 * changes as it may not, no run is stuck, and each equals its journal at every event. A failure prints its seed, and
 * {@code -Dpostroad.seed=N} runs that one alone; {@code -Dpostroad.sequences=100000} runs so many.
 */
@NullMarked
class ControlPropertyTest {
    private static final long SEQUENCES = Long.getLong("postroad.sequences", 5_000);
    private static final long SEQUENCES_OF_A_GRAPH = 50;
    private static final int MOST_MESSAGES = 6;

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void everyMessageIsAnsweredAndEveryRunComesToAnEndWhateverUsersSend() {
        Long only = Long.getLong("postroad.seed");
        if (only != null) {
            steer(graph(only / SEQUENCES_OF_A_GRAPH), only);
            return;
        }
        LongStream.range(0, SEQUENCES / SEQUENCES_OF_A_GRAPH).parallel().forEach(group -> {
            Graph graph = graph(group);
            for (long i = 0; i < SEQUENCES_OF_A_GRAPH; i++) {
                steer(graph, group * SEQUENCES_OF_A_GRAPH + i);
            }
        });
    }

    private static Graph graph(long group) {
        SplittableRandom random = new SplittableRandom(group);
        return group % 4 == 3 ? RandomGraph.eager(random) : RandomGraph.of(random);
    }

    private static void steer(Graph graph, long seed) {
        try {
            SplittableRandom random = new SplittableRandom(seed);
            new SimulatedRun(graph, seed, random.nextInt(3), random)
                    .steered(1 + random.nextInt(MOST_MESSAGES))
                    .finished();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }
}
