package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.TimeOptions;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.past.StateVersion;
import dev.postroad.runtime.history.past.VersionFilter;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "history",
        description = {
            "List the versions of a run's state: when each was made and by what, which channels changed, what"
                    + " followed.",
            "`postroad state RUN --version V` shows one, `postroad diff RUN A B` what tells two apart."
        })
final class HistoryCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(names = "--from", paramLabel = "V", description = "Only versions of this number and higher.")
    private @Nullable Integer from;

    @Option(names = "--to", paramLabel = "V", description = "Only versions of this number and lower.")
    private @Nullable Integer to;

    @Mixin
    private TimeOptions times = new TimeOptions();

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only versions with a write of this node; may be given several times.")
    private Set<String> nodes = new LinkedHashSet<>();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, the oldest first; by default all.")
    private @Nullable Integer limit;

    @Option(names = "--json", description = "Print JSON, one version a line.")
    private boolean json;

    HistoryCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (limit != null && limit < 1) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 or more");
        }
        String id = run.id();
        VersionFilter filter = filter();
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        int most = limit == null ? Integer.MAX_VALUE : limit;
        List<StateVersion> versions =
                history.versions(id, filter, most, misfit -> surroundings.say(String.valueOf(misfit.getMessage())));
        if (versions.isEmpty() && history.find(id).isEmpty()) {
            throw NoSuchRun.named(id, history);
        }
        print(versions);
        if (versions.size() == most) {
            surroundings.say("there may be more: --from " + (versions.getLast().version() + 1) + " goes on");
        }
        return ExitCode.COMPLETED;
    }

    private VersionFilter filter() {
        int lowest = from == null ? 0 : from;
        int highest = to == null ? Integer.MAX_VALUE : to;
        if (lowest > highest) {
            throw CommandException.usage("--from: is " + lowest + ", beyond --to, which is " + highest);
        }
        Instant now = surroundings.clock().instant();
        return new VersionFilter(lowest, highest, times.since(now), times.until(now), nodes);
    }

    private void print(List<StateVersion> versions) {
        if (json) {
            versions.forEach(version -> surroundings.json(PastJson.tree(version)));
        } else {
            Versions.table(versions, surroundings.zone())
                    .lines(surroundings.page())
                    .forEach(surroundings::print);
        }
    }
}
