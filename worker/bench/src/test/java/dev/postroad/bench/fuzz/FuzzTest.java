package dev.postroad.bench.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The short form of {@code scripts/fuzz}, which measures nothing; the seed is fixed, so that a failure comes again.
 * {@code -Dpostroad.fuzz.messages} and {@code -Dpostroad.fuzz.seed} give other ones.
 */
class FuzzTest {
    private static final Path EXAMPLES = Path.of("../../contracts/examples/messages");

    @Test
    void whateverComesInIsAccountedForAndStopsNothingElse() throws Exception {
        long messages = Long.getLong("postroad.fuzz.messages", 50_000);
        long seed = Long.getLong("postroad.fuzz.seed", 1);
        ObjectNode found = FuzzRun.run(FuzzSettings.inShort(seed, messages, EXAMPLES));
        assertThat(found.path("faults")).as(found.toPrettyString()).isEmpty();
        assertThat(found.path("sound").asBoolean()).isTrue();
    }
}
