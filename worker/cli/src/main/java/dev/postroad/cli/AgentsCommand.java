package dev.postroad.cli;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.PublishedAgent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "agents", description = "List the agents, and how they fared in the last hour.")
final class AgentsCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    AgentsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        var figures = new AgentFiguresColumns(servers.agentMetrics().lately(), surroundings.characters());
        Table table = AgentFiguresColumns.addTo(
                new Table().words("AGENT").words("KIND").words("STATE"));
        for (PublishedAgent agent : servers.definitions().publishedAgents()) {
            List<String> cells =
                    new ArrayList<>(List.of(agent.name(), agent.kind(), agent.enabled() ? "enabled" : "disabled"));
            cells.addAll(figures.cells(agent.name()));
            table.row(cells.toArray(String[]::new));
        }
        table.lines(surroundings.page()).forEach(surroundings.out()::println);
        return ExitCode.COMPLETED;
    }
}
