package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.Scheduling;
import dev.postroad.engine.graph.Graph;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Runs that are migrated to and fro between versions of their graph, at any moment and among any other messages of users:
 * each equals its journal at every event, every state is of one version of the graph, and each comes to an end. A failure
 * prints its seed, and {@code -Dpostroad.seed=N} runs that one alone.
 */
@NullMarked
class MigrationPropertyTest {
    private static final long SEQUENCES = Long.getLong("postroad.sequences", 1_000);
    private static final long SEQUENCES_OF_A_GRAPH = 50;
    private static final int MOST_MESSAGES = 9;

    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void everyRunEqualsItsJournalWhateverVersionsItWentThrough() {
        Long only = Long.getLong("postroad.seed");
        if (only != null) {
            steer(versions(only / SEQUENCES_OF_A_GRAPH), only);
            return;
        }
        AtomicLong migrated = new AtomicLong();
        LongStream.range(0, SEQUENCES / SEQUENCES_OF_A_GRAPH).parallel().forEach(group -> {
            List<Graph> versions = versions(group);
            for (long i = 0; i < SEQUENCES_OF_A_GRAPH; i++) {
                migrated.addAndGet(steer(versions, group * SEQUENCES_OF_A_GRAPH + i));
            }
        });
        assertThat(migrated).as("migrations that took place").hasValueGreaterThan(SEQUENCES / 5);
    }

    private static List<Graph> versions(long group) {
        return RandomVersions.of(group, group % 3 == 2 ? Scheduling.EAGER : Scheduling.STEPS);
    }

    private static int steer(List<Graph> versions, long seed) {
        try {
            SplittableRandom random = new SplittableRandom(seed);
            return new SimulatedRun(versions, seed, random.nextInt(3), random)
                    .steered(1 + random.nextInt(MOST_MESSAGES))
                    .finished()
                    .migrations()
                    .size();
        } catch (AssertionError | RuntimeException failed) {
            throw new AssertionError("seed " + seed + ": " + failed.getMessage(), failed);
        }
    }
}
