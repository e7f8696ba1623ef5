package dev.postroad.cli.agents;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "disable",
        description = {
            "Have an agent not be called any more, by any worker, until it is enabled. Calls under way finish.",
            "What becomes of tasks that need it is said by onUnavailable: by default they wait."
        })
final class DisableAgentCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", description = "The agent.")
    private String name = "";

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "The reason, for others to see.")
    private String why = "";

    @Mixin
    private GiverOption giver = new GiverOption();

    DisableAgentCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (why.isBlank()) {
            throw CommandException.usage("--why: is empty; say it to those who will wonder");
        }
        Servers.open(surroundings, Need.POSTGRES).agentSwitch().disable(name, giver.name(surroundings), why);
        surroundings.print("agent/" + name + ": disabled");
        return ExitCode.COMPLETED;
    }
}
