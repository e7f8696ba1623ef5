package dev.postroad.cli.steering;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.arguments.NewRunId;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "fork",
        description = {
            "Make a new run that goes on from a version of a run's state, and print its id; the run itself is left as it"
                    + " is.",
            "`postroad watch` follows the new run."
        })
final class ForkCommand extends SteeringCommand {
    @Option(
            names = "--version",
            paramLabel = "N",
            description =
                    "The version to go on from, from 1; by default the newest. `postroad history RUN` lists them.")
    private @Nullable Integer version;

    @Option(
            names = "--new-run-id",
            paramLabel = "ID",
            description = "The id of the new run; one is made where none is given.")
    private @Nullable String newRunId;

    @Option(
            names = "--update",
            paramLabel = "JSON|@FILE|-",
            description = "An object of values that are written to the new run's channels first; - reads the standard"
                    + " input.")
    private @Nullable String update;

    @Option(
            names = "--as-node",
            paramLabel = "NODE",
            description = "The node in whose name it is written, so that its successors follow; by default the one that"
                    + " ran last.")
    private @Nullable String asNode;

    @Option(
            names = "--graph-version",
            paramLabel = "N",
            description = "The version of the graph that the new run goes by; by default that of the run.")
    private @Nullable Integer graphVersion;

    ForkCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        refuse("--version", version);
        refuse("--graph-version", graphVersion);
        if (asNode != null && asNode.isEmpty()) {
            throw CommandException.usage("--as-node: is empty; name a node, or leave it out");
        }
        ObjectNode writes = update == null ? null : UserInput.object("--update", update, surroundings.in());
        return new Control.Fork(version, NewRunId.of("--new-run-id", newRunId, run()), writes, asNode, graphVersion);
    }

    private static void refuse(String option, @Nullable Integer number) {
        if (number != null && number < 1) {
            throw CommandException.usage(option + ": is " + number + "; use 1 or more");
        }
    }

    @Override
    String told(RunEvent answer) {
        return answer.data().path("newRunId").asText();
    }
}
