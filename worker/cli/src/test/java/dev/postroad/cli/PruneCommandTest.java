package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class PruneCommandTest extends CommandsOnServers {
    @Test
    void prunesWhatWasShownBeforeAndBringsBackWhatWasExported() throws IOException {
        assertThat(shell.run("run", "hello", "--run-id", "first")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "second")).isZero();
        Path file = data.resolve("first.jsonl.gz");
        assertThat(shell.run("export", "first", "--output", file.toString())).isZero();
        assertThat(shell.run("history", "first")).isZero();
        String history = shell.out();

        assertThat(shell.run("prune", "--all", "--older-than", "P1D", "--dry-run"))
                .isZero();
        assertThat(shell.out()).isEqualTo("0 runs, about 0 bytes would go; nothing was deleted\n");
        assertThat(shell.run("prune", "--graph", "hello", "--dry-run")).isZero();
        assertThat(shell.out()).matches("2 runs, about \\d+\\.\\d KiB would go; nothing was deleted\n");
        assertThat(shell.run("prune", "--graph", "hello", "--limit", "1", "--dry-run", "--json"))
                .isZero();
        assertThat(shell.out()).matches("\\{\"runs\":1,\"bytes\":\\d+,\"dryRun\":true}\n");
        assertThat(shell.run("prune", "--graph", "hello")).isEqualTo(2);
        assertThat(shell.err()).contains("give --yes, or --dry-run");
        assertThat(shell.run("prune", "--graph", "hello", "--yes")).isZero();
        assertThat(shell.out()).matches("2 runs, about .* went; their room is used again\n");

        assertThat(shell.run("show", "first")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: run first was pruned on 2");
        assertThat(shell.run("export", "second")).isEqualTo(1);
        assertThat(shell.err()).contains("postroad: run second was pruned on 2");
        assertThat(shell.run("import", file.toString())).isZero();
        assertThat(shell.out()).matches("run first, completed, \\d+ events\n");
        assertThat(shell.run("history", "first")).isZero();
        assertThat(shell.out()).isEqualTo(history);
        assertThat(shell.run("import", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("there is a run first already");
        Files.writeString(file, "nonsense\n");
        assertThat(shell.run("import", file.toString())).isEqualTo(1);
        assertThat(shell.err()).contains("first.jsonl.gz: line 1: is no JSON");
    }

    @Test
    void asksForAFilterAndForRunsThatHaveEnded() {
        assertThat(shell.run("prune", "--yes")).isEqualTo(2);
        assertThat(shell.err()).contains("select runs by --graph, --older-than");
        assertThat(shell.run("prune", "--status", "running")).isEqualTo(2);
        assertThat(shell.err()).contains("only runs are pruned that are completed, failed or cancelled");
    }
}
