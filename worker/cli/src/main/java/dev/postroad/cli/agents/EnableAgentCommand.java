package dev.postroad.cli.agents;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "enable",
        description = "Let an agent be called again, and close its circuit breaker; runs that wait for it go on.")
final class EnableAgentCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", description = "The agent.")
    private String name = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for others to see.")
    private @Nullable String why;

    @Mixin
    private GiverOption giver = new GiverOption();

    EnableAgentCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        boolean isChanged =
                Servers.open(surroundings, Need.POSTGRES).agentSwitch().enable(name, giver.name(surroundings), why);
        surroundings.print("agent/" + name + ": " + (isChanged ? "enabled" : "was enabled already"));
        return ExitCode.COMPLETED;
    }
}
