package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.RunState;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "state", description = "Print the state of a run as JSON.")
final class StateCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", description = "The id of the run.")
    private String run = "";

    @Option(names = "--version", paramLabel = "N", description = "The number of the state; by default the newest.")
    private @Nullable Integer version;

    StateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        RunState found = history.state(run, version)
                .orElseThrow(() ->
                        version == null ? NoSuchRun.named(run, history) : NoSuchRun.inVersion(run, history, version));
        PrettyJson.print(found.state(), surroundings.out());
        return ExitCode.COMPLETED;
    }
}
