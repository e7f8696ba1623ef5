package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Control;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "update-state",
        description = "Change a run's state as if a node had written it, and leave the run paused; `postroad unpause`"
                + " goes on.")
final class UpdateStateCommand extends SteeringCommand {
    @Option(
            names = "--update",
            paramLabel = "JSON|@FILE|-",
            required = true,
            description = "An object of values for the state's channels; - reads the standard input.")
    private String update = "";

    @Option(
            names = "--as-node",
            paramLabel = "NODE",
            description = "The node in whose name it is written; by default the one that ran last.")
    private @Nullable String asNode;

    @Option(names = "--version", paramLabel = "V", description = "The version to start from; by default the newest.")
    private @Nullable Integer version;

    UpdateStateCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        if (version != null && version < 0) {
            throw CommandException.usage("--version: is " + version + "; use 0 or more");
        }
        if (asNode != null && asNode.isEmpty()) {
            throw CommandException.usage("--as-node: is empty; name a node, or leave it out");
        }
        return new Control.UpdateState(UserInput.object("--update", update, surroundings.in()), asNode, version);
    }
}
