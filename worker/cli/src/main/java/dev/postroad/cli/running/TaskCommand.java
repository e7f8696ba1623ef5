package dev.postroad.cli.running;

import dev.postroad.cli.definitions.Examples;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.contracts.message.Trigger.OfAgent;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "task",
        description = "Run a single agent as one task, follow it with live progress, and print its output.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the task completed",
            "1:the task failed",
            "2:bad arguments, or the trigger was refused",
            "3:the run was cancelled",
            "4:the run took longer than --timeout or --run-timeout"
        })
final class TaskCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "AGENT", description = "The name of an agent.")
    private String agent = "";

    @Mixin
    private TriggerOptions options = new TriggerOptions();

    @Mixin
    private FollowOptions following = new FollowOptions();

    TaskCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Trigger trigger = options.trigger(new OfAgent(agent), surroundings);
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        Examples.publish(trigger.target(), client, servers);
        requireKnown(servers.definitions());
        return new TriggeredRun(trigger, List.of(), following).follow(client, servers.history(), surroundings);
    }

    /** Says what there is, which a worker's refusal does not. */
    private void requireKnown(PublishedDefinitions stored) {
        Set<String> known = stored.agents();
        if (!known.contains(agent)) {
            throw CommandException.usage("there is no agent " + agent + "; there "
                    + (known.isEmpty() ? "is none at all" : "are " + String.join(", ", known))
                    + "; publish it with `postroad apply FILE`");
        }
    }
}
