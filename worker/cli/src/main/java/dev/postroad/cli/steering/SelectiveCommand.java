package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.RunFilterOptions;
import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunFilter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sends a control message to one run, or to all that a filter selects. */
abstract class SelectiveCommand implements Callable<Integer> {
    private static final Set<String> OF_MANY =
            Set.of("--all", "--limit", "--rate", "--dry-run", "--yes", "--command-id");

    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The id of the run, where it is only one.")
    private @Nullable String run;

    @Mixin
    private RunSelection selection = new RunSelection();

    @Mixin
    private BulkOptions bulk = new BulkOptions();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    SelectiveCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What is to be done, by the options. */
    abstract Control.Action action(Surroundings surroundings);

    /** Runs in these can do it. */
    abstract Set<RunStatus> possible();

    /** Runs in these are meant where no status is asked for. */
    abstract Set<RunStatus> usual();

    @Override
    public final Integer call() throws FaultsException, InterruptedException {
        if (run != null) {
            refuseBeside(selection.given());
            return new Steering(RunArgument.legal(run), action(surroundings), giver.name(surroundings))
                    .send(answering, surroundings);
        }
        selection.requireSome(RunFilterOptions.NAMES, "name a RUN, or select runs by ", "are " + names(usual()));
        Control.Action action = action(surroundings);
        return steerMany(
                action,
                selection.filter(
                        possible(),
                        usual(),
                        action.type() + " is for runs that are " + names(possible()),
                        surroundings.clock().instant()));
    }

    private int steerMany(Control.Action action, RunFilter wanted) throws FaultsException, InterruptedException {
        var steering = new BulkSteering(
                action,
                giver.name(surroundings),
                bulk.id(action.type()),
                selection.limit(),
                bulk.rate(),
                answering.ofMany());
        if (selection.isDry()) {
            return steering.show(wanted, surroundings);
        }
        return steering.send(wanted, selection.consent(surroundings), surroundings);
    }

    private static void refuseBeside(List<String> given) {
        given.stream()
                .filter(name -> RunFilterOptions.NAMES.contains(name) || OF_MANY.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw CommandException.usage("RUN and " + name
                            + " exclude one another; name one run, or select many without naming one");
                });
    }

    private static String names(Set<RunStatus> statuses) {
        return statuses.stream().sorted().map(RunStatus::publicName).collect(Collectors.joining(", "));
    }
}
