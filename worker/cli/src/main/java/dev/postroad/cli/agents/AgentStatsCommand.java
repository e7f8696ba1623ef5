package dev.postroad.cli.agents;

import dev.postroad.cli.arguments.PointInTime;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.agents.AgentStats;
import dev.postroad.runtime.history.agents.AgentStatsJson;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stats",
        description = "Show how an agent fared: calls, success, latency and tokens, by graph, over all workers.")
final class AgentStatsCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "AGENT", description = "The name of an agent.")
    private String agent = "";

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Since when: a time such as 2026-11-01T00:00:00Z, or how long ago, such as PT30M or 7d; by"
                    + " default an hour. Whole minutes count.")
    private @Nullable PointInTime since;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    AgentStatsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Instant from = since == null ? null : since.at(surroundings.clock().instant());
        AgentStats stats = Servers.open(surroundings, Need.POSTGRES)
                .agentMetrics()
                .find(agent, from)
                .orElseThrow(
                        () -> CommandException.failed("there is no agent " + agent + "; `postroad agents` lists them"));
        if (json) {
            PrettyJson.print(AgentStatsJson.tree(stats), surroundings.out());
        } else {
            AgentStatsView.lines(stats, surroundings.zone(), surroundings.page(), surroundings.characters())
                    .forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }
}
