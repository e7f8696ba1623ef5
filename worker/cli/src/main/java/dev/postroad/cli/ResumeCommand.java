package dev.postroad.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.Control.Resume;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "resume", description = "Go on with a run that waits for people, and answer what it asks.")
final class ResumeCommand extends SteeringCommand {
    @Option(
            names = "--value",
            paramLabel = "JSON|@FILE|-",
            description = "The answer, such as true or '\"yes\"'; - reads the standard input. Without it the run just"
                    + " goes on, and what asked asks again.")
    private @Nullable String value;

    @Option(
            names = "--task",
            paramLabel = "ID",
            description = "The interrupt, task or node that asked; needed only where several did.")
    private @Nullable String task;

    @Option(
            names = "--update",
            paramLabel = "JSON|@FILE|-",
            description = "An object of values that are written to the state's channels before.")
    private @Nullable String update;

    ResumeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        if (task != null && (value == null || task.isEmpty())) {
            throw CommandException.usage("--task: stands without --value or names nothing; give both");
        }
        ObjectNode writes = update == null ? null : UserInput.object("--update", update, surroundings.in());
        return new Resume(answers(surroundings), writes, List.of());
    }

    private Map<String, JsonNode> answers(Surroundings surroundings) {
        if (value == null) {
            return Map.of();
        }
        return Map.of(task == null ? Resume.ONLY : task, UserInput.json("--value", value, surroundings.in()));
    }
}
