package dev.postroad.cli.agents;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.definitions.DefinitionJson;
import dev.postroad.runtime.history.definitions.PublishedAgent;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "agents",
        description =
                "List the agents: whether they are called, how they fared lately, how the last failed call failed.",
        synopsisSubcommandLabel = "[COMMAND]")
public final class AgentsCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--json", description = "Print JSON, one agent a line.")
    private boolean json;

    private AgentsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The command, and what it consists of. */
    public static CommandLine of(Surroundings surroundings) {
        return new CommandLine(new AgentsCommand(surroundings))
                .addSubcommand(new EnableAgentCommand(surroundings))
                .addSubcommand(new DisableAgentCommand(surroundings))
                .addSubcommand(new AgentEventsCommand(surroundings))
                .addSubcommand(new AgentStatsCommand(surroundings));
    }

    @Override
    public Integer call() throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        List<PublishedAgent> agents = servers.definitions().publishedAgents();
        if (json) {
            agents.forEach(agent -> surroundings.json(DefinitionJson.tree(agent)));
        } else {
            var figures = new AgentFiguresColumns(servers.agentMetrics().lately(), surroundings.characters());
            Agents.table(
                            agents,
                            figures,
                            surroundings.zone(),
                            surroundings.clock().instant())
                    .lines(surroundings.page())
                    .forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }
}
