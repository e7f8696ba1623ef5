package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.servers.Servers;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class PruneCommandTest extends CommandsOnServers {
    @Test
    void prunesWhatWasShownBeforeAndBringsBackWhatWasExported() throws IOException {
        assertThat(shell.run("bulk")).isZero();
        assertThat(shell.err()).contains("nothing was asked for in bulk yet; --action with a filter does so");
        assertThat(shell.run("run", "hello", "--run-id", "first")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "second")).isZero();
        Path file = data.resolve("first.jsonl.gz");
        assertThat(shell.run("export", "first", "--output", file.toString())).isZero();
        assertThat(shell.err()).contains("run first is in " + file);
        assertThat(shell.run("export", "first", "-o", "/no/such/folder/first.jsonl"))
                .isEqualTo(1);
        assertThat(shell.err()).contains("/no/such/folder/first.jsonl: cannot be written, as its folder is not there");
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

    /** No worker deletes a run that has no journal, so that it stays asked for. */
    @Test
    void waitsForTheRunsThatItAskedForAndForNoneOfOthers() throws FaultsException {
        assertThat(shell.run("run", "hello", "--run-id", "of-others")).isZero();
        assertThat(shell.run("run", "hello", "--run-id", "own", "--tag", "mine=yes"))
                .isZero();
        Servers there = Objects.requireNonNull(servers);
        Jdbi sql = Jdbi.create(there.workerSettings().postgres().toDataSource());
        sql.useHandle(handle -> handle.execute("""
                DELETE FROM postroad.journal WHERE run = (SELECT id FROM postroad.runs WHERE run_id = 'of-others')"""));
        try {
            assertThat(there.requestedRuns().ask(List.of("of-others"))).hasSize(1);
            assertThat(shell.run("prune", "--tag", "mine=yes", "--yes")).isZero();
            assertThat(shell.out()).matches("1 run, about .* went; their room is used again\n");
            assertThat(shell.run("show", "own")).isEqualTo(1);
            assertThat(there.requestedRuns().left()).isEqualTo(1);
        } finally {
            sql.useHandle(handle -> handle.execute("""
                    WITH gone AS (DELETE FROM postroad.runs WHERE run_id = 'of-others' RETURNING id)
                    DELETE FROM postroad.prune_requests WHERE run IN (SELECT id FROM gone)"""));
        }
    }

    @Test
    void asksForAFilterAndForRunsThatHaveEnded() {
        assertThat(shell.run("prune", "--yes")).isEqualTo(2);
        assertThat(shell.err()).contains("select runs by --error, --graph, --graph-version, --older-than");
        assertThat(shell.run("prune", "--status", "running")).isEqualTo(2);
        assertThat(shell.err()).contains("only runs are pruned that are completed, failed or cancelled");
    }
}
