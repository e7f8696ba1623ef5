package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "reassign",
        description = {"Hand an open question on to somebody else.", "`postroad waiting` shows what is asked of whom."})
final class ReassignCommand extends SteeringCommand {
    private static final int LONGEST = 200;

    @Option(names = "--to", paramLabel = "NAME", required = true, description = "Whose question it is from now on.")
    private String assignee = "";

    @Option(
            names = "--task",
            paramLabel = "ID",
            description = "The interrupt, task or node that asks; needed only where several do.")
    private @Nullable String task;

    ReassignCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        if (assignee.isBlank() || assignee.length() > LONGEST) {
            throw CommandException.usage("--to: is blank or too long; use 1 to " + LONGEST + " characters");
        }
        if (task != null && task.isEmpty()) {
            throw CommandException.usage("--task: names nothing; name an interrupt, a task or a node");
        }
        return new Control.Reassign(task, assignee);
    }

    @Override
    String told(RunEvent answer) {
        return super.told(answer) + ": " + answer.node() + " asks "
                + answer.data().path("assignee").asText() + " now";
    }
}
