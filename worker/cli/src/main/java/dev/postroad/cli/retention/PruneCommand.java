package dev.postroad.cli.retention;

import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.arguments.SelectedRuns;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "prune",
        description = {
            "Delete ended runs of a filter, with all that hangs on them. It is the workers that do, in portions that the runs"
                    + " under way do not feel.",
            "Runs whose retention is over (POSTROAD_RETENTION, or of their graph) go by themselves."
        })
final class PruneCommand implements Callable<Integer> {
    private static final Set<RunStatus> ENDED =
            Arrays.stream(RunStatus.values()).filter(RunStatus::isEnded).collect(Collectors.toUnmodifiableSet());
    private static final Set<String> FILTERS =
            Set.of("--status", "--graph", "--graph-version", "--error", "--since", "--until", "--tag", "--older-than");

    private final Surroundings surroundings;

    @Mixin
    private RunSelection selection = new RunSelection();

    @Option(names = "--older-than", paramLabel = "P30D", description = "Only those that ended so long ago.")
    private Duration age = Duration.ZERO;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    PruneCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        if (selection.given().contains("--waits-for")) {
            throw CommandException.usage("--waits-for: is of runs under way, and those are not pruned; leave it out");
        }
        selection.requireSome(FILTERS, "select runs by ", "have ended");
        Instant now = surroundings.clock().instant();
        RunFilter filter =
                selection.filter(ENDED, ENDED, "only runs are pruned that are completed, failed or cancelled", now);
        int limit = selection.limit();
        Servers servers = Servers.open(surroundings, selection.isDry() ? Need.POSTGRES : Need.WORKER);
        var runs = new PrunableRuns(new SelectedRuns(servers.history(), filter, limit), now.minus(age));
        return prune(servers, runs);
    }

    private int prune(Servers servers, PrunableRuns runs) throws FaultsException, InterruptedException {
        var pruning = new Pruning(runs, servers.requestedRuns(), surroundings, json);
        PrunableRuns.Room room = runs.room(servers.roomOfRuns());
        if (selection.isDry()) {
            return pruning.show(room);
        }
        if (room.runs() == 0) {
            surroundings.say("no run is as asked for; nothing was deleted");
            return ExitCode.COMPLETED;
        }
        if (!selection.consent(surroundings).isGiven("Delete " + room + "? It cannot be taken back.")) {
            throw CommandException.failed("nothing was deleted");
        }
        return pruning.prune(room);
    }
}
