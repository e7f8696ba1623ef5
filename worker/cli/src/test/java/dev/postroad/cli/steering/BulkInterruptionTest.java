package dev.postroad.cli.steering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.TestShell;
import dev.postroad.cli.bulk.Tally;
import dev.postroad.cli.shell.Surroundings;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class BulkInterruptionTest {
    private final TestShell shell = new TestShell(Path.of(""));
    private final Surroundings surroundings = shell.surroundings();

    @Test
    void saysHowToGoOnWithABulkThatWasStopped() {
        BulkInterruption.sayHowToGoOn("retry-1", surroundings).ended(new Tally(10, 4, 3, 0, 0));
        surroundings.shutdown().run();
        assertThat(shell.err())
                .isEqualTo("stopped: 10 found, 4 sent, 3 answered, 0 of them refused, 0 failed; the same command with"
                        + " --command-id retry-1 goes on, and no run does twice what it was told\n");
    }

    @Test
    void saysNothingOfABulkThatIsDone() {
        BulkInterruption.sayHowToGoOn("retry-1", surroundings).ended(new Tally(10, 10, 9, 1, 1));
        surroundings.shutdown().run();
        assertThat(shell.err()).isEmpty();
    }
}
