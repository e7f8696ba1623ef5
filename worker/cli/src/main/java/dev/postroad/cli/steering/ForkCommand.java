package dev.postroad.cli.steering;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.arguments.NewRunId;
import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.bulk.BulkOrder;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "fork",
        description = {
            "Make a new run that goes on from a version of a run's state, and print its id; the run itself is left as it"
                    + " is.",
            "Or one of each run of a filter, by default of those that failed, with the command id at the end of its id. Many"
                    + " are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with.",
            "`postroad watch` follows the new run."
        })
final class ForkCommand extends SelectiveCommand {
    private static final String NEW_RUN_ID = "--new-run-id";

    @Option(
            names = "--version",
            paramLabel = "N",
            description =
                    "The version to go on from, from 1; by default the newest. `postroad history RUN` lists them.")
    private @Nullable Integer version;

    @Option(
            names = NEW_RUN_ID,
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
        super(surroundings, RunSelection.fromAVersion());
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        refuse("--version", version);
        refuse("--graph-version", graphVersion);
        if (asNode != null && asNode.isEmpty()) {
            throw CommandException.usage("--as-node: is empty; name a node, or leave it out");
        }
        ObjectNode writes = update == null ? null : UserInput.object("--update", update, surroundings.in());
        String id = NewRunId.of(NEW_RUN_ID, newRunId, Objects.requireNonNullElse(run(), "each-its-own"));
        return new Control.Fork(version, id, writes, asNode, graphVersion);
    }

    @Override
    Control.Action ofOneOfMany(Control.Action action, String runId, String bulkId) {
        return action instanceof Control.Fork fork
                ? new Control.Fork(
                        fork.version(),
                        BulkOrder.forkOf(bulkId, runId),
                        fork.update(),
                        fork.asNode(),
                        fork.graphVersion())
                : action;
    }

    @Override
    Set<String> onlyOfOne() {
        return Set.of(NEW_RUN_ID);
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.complementOf(EnumSet.of(RunStatus.QUEUED));
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.FAILED);
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
