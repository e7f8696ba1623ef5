package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.RunFilterOptions;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunFilter;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.runs.RunPage;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "runs", description = "List runs, the newest first.")
final class RunsCommand implements Callable<Integer> {
    private static final int USUAL = 20;
    private static final int PAGE = 500;
    private static final int MOST = 100_000;

    private final Surroundings surroundings;

    @Mixin
    private RunFilterOptions filter = new RunFilterOptions();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; 20 by default.")
    private @Nullable Integer limit;

    @Option(names = "--all", description = "All of them, however many.")
    private boolean all;

    @Option(
            names = "--cursor",
            paramLabel = "CURSOR",
            description = "Go on where an earlier listing of the same filter has ended, as it said.")
    private @Nullable String cursor;

    @Option(names = "--json", description = "Print JSON, one run a line.")
    private boolean json;

    RunsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (all && limit != null) {
            throw CommandException.usage("--limit: has no meaning beside --all; give one of them");
        }
        if (limit != null && (limit < 1 || limit > MOST)) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 to " + MOST);
        }
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        RunFilter wanted = filter.filter(surroundings.clock().instant());
        int left = all ? Integer.MAX_VALUE : limit == null ? USUAL : limit;
        String next = cursor;
        do {
            RunPage page = page(history, wanted, next, Math.min(left, PAGE));
            print(page.runs(), next == null || next.equals(cursor));
            left -= page.runs().size();
            next = page.next();
        } while (next != null && left > 0);
        if (next != null) {
            surroundings.say("there are more: --cursor " + next + " goes on, --all shows all");
        }
        return ExitCode.COMPLETED;
    }

    private static RunPage page(RunHistory history, RunFilter wanted, @Nullable String cursor, int size) {
        try {
            return history.runs(wanted, cursor, size);
        } catch (IllegalArgumentException unfit) {
            throw CommandException.usage("--cursor: " + unfit.getMessage());
        }
    }

    private void print(List<RunSummary> runs, boolean first) {
        if (json) {
            runs.forEach(run -> surroundings.json(RunJson.tree(run)));
            return;
        }
        RunSummaries.table(runs, surroundings.zone(), surroundings.clock().instant()).stream()
                .skip(first ? 0 : 1)
                .forEach(surroundings::print);
    }
}
