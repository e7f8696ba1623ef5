package dev.postroad.cli.steering;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.Control.Resume;
import dev.postroad.contracts.message.RunStatus;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "resume",
        description = {
            "Go on with a run that waits for people, and answer what it asks; or with all waiting runs of a filter.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class ResumeCommand extends SelectiveCommand {
    private static final String ALL = "--all";

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
            names = "--each",
            description = "The value answers every question that is open; so it does by --all beside a RUN.")
    private boolean each;

    @Option(
            names = "--version",
            paramLabel = "V",
            description = "The version of the state that the question is about, as `postroad waiting` shows it; what"
                    + " the run asks later is not answered then.")
    private @Nullable Integer version;

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
        if (isEach() && (value == null || task != null)) {
            String given = each ? "--each" : ALL;
            throw CommandException.usage(
                    value == null
                            ? given + ": stands without --value; give both"
                            : given + ": stands beside --task; keep one of the two");
        }
        if (version != null && version < 0) {
            throw CommandException.usage("--version: is " + version + "; use 0 or more");
        }
        ObjectNode writes = update == null ? null : UserInput.object("--update", update, surroundings.in());
        return new Resume(answers(surroundings), version, writes, List.of());
    }

    private boolean isEach() {
        return each || (run() != null && selection().isAll());
    }

    private Answers answers(Surroundings surroundings) {
        if (value == null) {
            return new Answers.None();
        }
        JsonNode answer = UserInput.json("--value", value, surroundings.in());
        if (isEach()) {
            return new Answers.Each(answer);
        }
        return task == null ? new Answers.Only(answer) : new Answers.Named(Map.of(task, answer));
    }

    @Override
    Set<String> alsoOfOne() {
        return Set.of(ALL);
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.of(RunStatus.WAITING, RunStatus.PAUSED, RunStatus.FAILED);
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.WAITING);
    }
}
