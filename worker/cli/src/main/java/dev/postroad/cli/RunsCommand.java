package dev.postroad.cli;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.HistoryJson;
import dev.postroad.runtime.history.RunFilter;
import dev.postroad.runtime.history.RunSummary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "runs", description = "List runs, the newest first.")
final class RunsCommand implements Callable<Integer> {
    private static final int MOST = 100_000;

    private final Surroundings surroundings;

    @Option(names = "--status", paramLabel = "STATUS", description = "Only those that are queued, running, failed …")
    private @Nullable String status;

    @Option(names = "--graph", paramLabel = "NAME", description = "Only those of a graph.")
    private @Nullable String graph;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; 20 by default.")
    private int limit = 20;

    @Option(names = "--json", description = "Print JSON, one run a line.")
    private boolean json;

    RunsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (limit < 1 || limit > MOST) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 to " + MOST);
        }
        var filter = new RunFilter(wantedStatuses(), graph, null, null, Map.of());
        List<RunSummary> runs = Servers.open(surroundings, Need.POSTGRES)
                .history()
                .runs(filter, null, limit)
                .runs();
        if (json) {
            runs.forEach(run -> surroundings.out().println(HistoryJson.tree(run)));
        } else {
            RunSummaries.table(runs, surroundings.zone(), surroundings.clock().instant())
                    .forEach(surroundings.out()::println);
        }
        return ExitCode.COMPLETED;
    }

    private Set<RunStatus> wantedStatuses() {
        if (status == null) {
            return Set.of();
        }
        return Arrays.stream(RunStatus.values())
                .filter(known -> known.publicName().equals(status))
                .findFirst()
                .map(Set::of)
                .orElseThrow(() -> CommandException.usage("--status: is \"" + status + "\"; use one of "
                        + Arrays.stream(RunStatus.values())
                                .map(RunStatus::publicName)
                                .collect(Collectors.joining(", "))));
    }
}
