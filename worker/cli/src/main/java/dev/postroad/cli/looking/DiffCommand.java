package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.differences.DifferenceView;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.past.StateDiff;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description = "Show what tells two versions of a run's state apart: added (+), removed (-), changed (~).")
final class DiffCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Parameters(paramLabel = "A", index = "1", description = "The number of the one version.")
    private int from;

    @Parameters(paramLabel = "B", index = "2", description = "The number of the other.")
    private int to;

    @ArgGroup
    private Form form = new Form();

    /** At most one of them is given. */
    static final class Form {
        @Option(names = "--json", description = "Print JSON: the run, the two versions, and the patch.")
        private boolean json;

        @Option(names = "--patch", description = "Print the JSON patch (RFC 6902) that makes B of A.")
        private boolean patch;
    }

    DiffCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        String id = run.id();
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        StateDiff diff = history.diff(id, from, to).orElseThrow(() -> NoSuchRun.inVersion(id, history, from, to));
        if (form.patch) {
            PrettyJson.print(diff.patch(), surroundings.out());
        } else if (form.json) {
            PrettyJson.print(PastJson.tree(diff), surroundings.out());
        } else {
            print(diff);
        }
        return ExitCode.COMPLETED;
    }

    private void print(StateDiff diff) {
        List<String> lines = DifferenceView.lines(diff.before(), diff.after(), surroundings.page());
        lines.forEach(surroundings::print);
        if (lines.isEmpty()) {
            surroundings.say("the states of versions " + from + " and " + to + " are the same");
        }
    }
}
