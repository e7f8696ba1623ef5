package dev.postroad.cli;

import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.history.PublishedDefinitions;
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
    private TriggerOptions options = new TriggerOptions();

    @Mixin
    private FollowOptions following = new FollowOptions();

    RunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        GraphArgument argument = GraphArgument.read(graph, surroundings.in());
        Trigger trigger = options.trigger(argument.name(), surroundings.in());
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        PublishedDefinitions definitions = servers.definitions();
        if (argument.files().isEmpty()) {
            Examples.publish(argument.name(), client, servers);
        }
        argument.publish(new Publisher(client, definitions), definitions);
        argument.requireKnown(servers, definitions);
        RunProgress progress = follow(trigger, client, nodes(trigger, definitions));
        if (progress.end() != null && !following.json()) {
            States.print(servers.history().state(progress.runId(), null), surroundings.out());
        }
        return following.conclude(progress, surroundings);
    }

    private RunProgress follow(Trigger trigger, PostroadClient client, List<String> nodes) {
        String runId = String.valueOf(trigger.runId());
        var interruption = Interruption.sayThatRunGoesOn(runId, surroundings);
        // Opened first, so that no event is missed.
        try (RunWatch watch = client.watch(runId)) {
            client.trigger(trigger);
            RunProgress before = RunProgress.of(runId, trigger.target().name(), nodes);
            return new RunFollower(surroundings, following.display(surroundings))
                    .follow(watch, before, following.timeout(), RunCommand::throwRefusal);
        } finally {
            interruption.isOver();
        }
    }

    private static List<String> nodes(Trigger trigger, PublishedDefinitions definitions) {
        return definitions
                .newestGraph(trigger.target().name())
                .map(found -> List.copyOf(found.nodes().keySet()))
                .orElse(List.of());
    }

    static void throwRefusal(RunEvent event) {
        if (event.type() == EventType.TRIGGER_REJECTED) {
            throw CommandException.usage("the trigger of run " + event.runId() + " was refused: "
                    + event.data().path("reason").asText());
        }
        if (event.type() == EventType.TRIGGER_DUPLICATE) {
            throw CommandException.usage(
                    "there is a run " + event.runId() + " already, and nothing was changed; `postroad" + " watch "
                            + event.runId() + "` follows it, another --run-id starts a new one");
        }
    }
}
