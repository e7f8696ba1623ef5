package dev.postroad.cli.running;

import dev.postroad.cli.arguments.DurationArgument;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.NewRunId;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.StartAt;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.contracts.message.Trigger.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What can be said about a run before it begins. */
final class TriggerOptions {
    private static final int HIGHEST_PRIORITY = 9;

    @Option(
            names = "--input",
            paramLabel = "JSON|@FILE|-",
            description = "A JSON object: values for the state's channels, or what the agent is given; - reads the"
                    + " standard input.")
    private String input = "{}";

    @Option(names = "--run-id", paramLabel = "ID", description = "The id of the run; one is made where none is given.")
    private @Nullable String runId;

    @Option(names = "--priority", paramLabel = "0-9", description = "Higher ones go first; 0 by default.")
    private int priority;

    @Option(names = "--run-timeout", paramLabel = "PT10M", description = "The longest that the run may take.")
    private @Nullable Duration runTimeout;

    @Option(
            names = "--start-at",
            paramLabel = "TIME|PT5M",
            description =
                    "When the run may begin: a time such as 2026-12-01T08:00:00Z, or how long from now, such as PT5M or 5m.")
    private @Nullable String startAt;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "A mark on the run; may be given several times.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--pause-before",
            paramLabel = "NODE",
            split = ",",
            description = "Pause the run before each task of a node, or of any by *; may be given several times.")
    private List<String> pauseBefore = new ArrayList<>();

    @Option(
            names = "--pause-after",
            paramLabel = "NODE",
            split = ",",
            description = "Pause the run after each task of a node, or of any by *; may be given several times.")
    private List<String> pauseAfter = new ArrayList<>();

    @Mixin
    private GiverOption giver = new GiverOption();

    /** The trigger of a graph or an agent; always with a run id, so that it can be followed from its first event. */
    Trigger trigger(Target target, Surroundings surroundings) {
        if (priority < 0 || priority > HIGHEST_PRIORITY) {
            throw CommandException.usage("--priority: is " + priority + "; use 0 to " + HIGHEST_PRIORITY);
        }
        return new Trigger(
                        target,
                        NewRunId.of("--run-id", runId, target.name()),
                        UserInput.object("--input", input, surroundings.in()),
                        priority,
                        runTimeout,
                        tags,
                        startAt(),
                        null)
                .pausing(new Breakpoints(pauseBefore, pauseAfter))
                .by(giver.name(surroundings));
    }

    private @Nullable StartAt startAt() {
        try {
            if (startAt == null) {
                return null;
            }
            return DurationArgument.isMeant(startAt)
                    ? new StartAt.After(DurationArgument.read(startAt))
                    : StartAt.parse(startAt);
        } catch (TypeConversionException wrong) {
            throw CommandException.usage("--start-at: " + wrong.getMessage());
        } catch (IllegalArgumentException wrong) {
            throw CommandException.usage("--start-at: is \"" + startAt + "\"; " + wrong.getMessage());
        }
    }
}
