package dev.postroad.cli.running;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.definitions.Examples;
import dev.postroad.cli.definitions.GraphArgument;
import dev.postroad.cli.definitions.Publisher;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "run",
        description = "Run a graph, follow it with live progress, and print its final state.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the run completed",
            "1:the run failed",
            "2:bad arguments, or the trigger was refused",
            "3:the run was cancelled",
            "4:the run took longer than --timeout or --run-timeout"
        })
final class RunCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "GRAPH", description = "The name of a graph, or a file that defines one.")
    private String graph = "";

    @Mixin
    private GraphTriggerOptions options = new GraphTriggerOptions();

    @Mixin
    private FollowOptions following = new FollowOptions();

    RunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        GraphArgument argument = GraphArgument.read(graph, surroundings.in());
        Trigger trigger = options.trigger(argument.name(), surroundings);
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        PublishedDefinitions definitions = servers.definitions();
        if (argument.files().isEmpty()) {
            Examples.publish(trigger.target(), client, servers);
        }
        argument.publish(new Publisher(client, definitions, GiverOption.loggedIn(surroundings)), definitions);
        argument.requireKnown(servers, definitions);
        return new TriggeredRun(trigger, nodes(argument.name(), definitions), following)
                .follow(client, servers.history(), surroundings);
    }

    private static List<String> nodes(String graph, PublishedDefinitions definitions) {
        return definitions
                .newestGraph(graph)
                .map(found -> List.copyOf(found.nodes().keySet()))
                .orElse(List.of());
    }
}
