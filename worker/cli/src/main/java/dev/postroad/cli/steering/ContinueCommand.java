package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.contracts.message.WhenBusy;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "continue",
        description = {
            "Give new input to a run that has ended; or to all runs of a filter, by default those that completed.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class ContinueCommand extends SelectiveCommand {
    @Option(
            names = "--input",
            paramLabel = "JSON|@FILE|-",
            required = true,
            description = "An object of values for the state's channels; - reads the standard input.")
    private String input = "";

    @Option(
            names = "--when-busy",
            paramLabel = "HOW",
            converter = WhenBusyArgument.class,
            description = "What it does to a run that has not ended: enqueue, which is the default, reject, interrupt"
                    + " or rollback. A run that waits for people alone, or was paused after it began, is not busy:"
                    + " it takes the input at once, and drops what it asks.")
    private WhenBusy whenBusy = WhenBusy.ENQUEUE;

    ContinueCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        return new Control.Continue(UserInput.object("--input", input, surroundings.in()), whenBusy);
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.allOf(RunStatus.class);
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.COMPLETED);
    }

    @Override
    String told(RunEvent answer) {
        boolean isLater = answer.data().path("mode").asText().equals("enqueued");
        return Steering.told(answer) + (isLater ? ", when the run has ended" : "");
    }

    /** Reads the public names. */
    static final class WhenBusyArgument implements ITypeConverter<WhenBusy> {
        @Override
        public WhenBusy convert(String name) {
            return Arrays.stream(WhenBusy.values())
                    .filter(whenBusy -> whenBusy.publicName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("is \"" + name + "\"; use one of "
                            + Arrays.stream(WhenBusy.values())
                                    .map(WhenBusy::publicName)
                                    .collect(Collectors.joining(", "))));
        }
    }
}
