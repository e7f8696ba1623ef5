package dev.postroad.cli.retention;

import dev.postroad.cli.arguments.Consent;
import dev.postroad.cli.arguments.RunFilterOptions;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.RunHistory;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "prune",
        description = {
            "Delete ended runs of a filter, with all that hangs on them. It is the workers that do, in portions that the runs"
                    + " under way do not feel.",
            "Runs whose retention is over (POSTROAD_RETENTION, or of their graph) go by themselves."
        })
final class PruneCommand implements Callable<Integer> {
    private static final Set<RunStatus> ENDED = EnumSet.of(RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED);
    private static final Set<String> FILTERS =
            Set.of("--status", "--graph", "--since", "--until", "--tag", "--older-than");

    private final Surroundings surroundings;

    @Mixin
    private RunFilterOptions filter = new RunFilterOptions();

    @Option(names = "--older-than", paramLabel = "P30D", description = "Only those that ended so long ago.")
    private Duration age = Duration.ZERO;

    @Option(names = "--all", description = "All runs that have ended; stands for a filter.")
    private boolean all;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many runs, the newest ones.")
    private @Nullable Integer limit;

    @Option(names = "--dry-run", description = "Only say how many runs would go, and how much room that frees.")
    private boolean dry;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before they are deleted.")
    private boolean sure;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    PruneCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        check();
        Servers servers = Servers.open(surroundings, dry ? Need.POSTGRES : Need.WORKER);
        PrunableRuns runs = runs(servers.history());
        var pruning = new Pruning(runs, servers.requestedRuns(), surroundings, json);
        PrunableRuns.Room room = runs.room(servers.roomOfRuns());
        if (dry) {
            return pruning.show(room);
        }
        if (room.runs() == 0) {
            surroundings.say("no run is as asked for; nothing was deleted");
            return ExitCode.COMPLETED;
        }
        Consent consent = sure ? Consent.given() : Consent.asked(surroundings);
        if (!consent.isGiven("Delete " + room + "? It cannot be taken back.")) {
            throw CommandException.failed("nothing was deleted");
        }
        return pruning.prune(room);
    }

    private void check() {
        List<String> given = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .toList();
        if (given.contains("--waits-for")) {
            throw CommandException.usage("--waits-for: is of runs under way, and those are not pruned; leave it out");
        }
        if (given.stream().noneMatch(FILTERS::contains) && !all) {
            throw CommandException.usage(
                    "select runs by " + FILTERS.stream().sorted().collect(Collectors.joining(", "))
                            + ", or give --all for all that have ended");
        }
        if (limit != null && limit < 1) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 or more");
        }
        filter.statuses().stream()
                .filter(status -> !ENDED.contains(status))
                .findFirst()
                .ifPresent(status -> {
                    throw CommandException.usage("--status: is \"" + status.publicName()
                            + "\", but only runs are pruned that are completed, failed or cancelled");
                });
    }

    private PrunableRuns runs(RunHistory history) {
        Instant now = surroundings.clock().instant();
        Set<RunStatus> wanted = filter.statuses().isEmpty() ? ENDED : filter.statuses();
        return new PrunableRuns(
                history, filter.filter(wanted, now), now.minus(age), limit == null ? Integer.MAX_VALUE : limit);
    }
}
