package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
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
    private RunSelection selection;

    @Mixin
    private BulkOptions bulk = new BulkOptions();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    SelectiveCommand(Surroundings surroundings) {
        this(surroundings, new RunSelection());
    }

    SelectiveCommand(Surroundings surroundings, RunSelection selection) {
        this.surroundings = surroundings;
        this.selection = selection;
    }

    /** What is to be done, by the options. */
    abstract Control.Action action(Surroundings surroundings);

    /** Runs in these can do it. */
    abstract Set<RunStatus> possible();

    /** Runs in these are meant where no status is asked for. */
    abstract Set<RunStatus> usual();

    /** Options of many runs that mean something beside a RUN as well. */
    Set<String> alsoOfOne() {
        return Set.of();
    }

    /** Options that are about one run alone. */
    Set<String> onlyOfOne() {
        return Set.of();
    }

    /** What is to be done to one of many runs. */
    Control.Action ofOneOfMany(Control.Action action, String runId, String bulkId) {
        return action;
    }

    /** What is printed once it is done to one run. */
    String told(RunEvent answer) {
        return Steering.told(answer);
    }

    /** The run that is named; null for those of a filter. */
    final @Nullable String run() {
        return run;
    }

    final RunSelection selection() {
        return selection;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        if (run != null) {
            refuseBeside(selection.given());
            return new Steering(RunArgument.legal(run), action(surroundings), giver.name(surroundings))
                    .send(answering, surroundings, this::told);
        }
        selection.requireSome(selection.filters(), "name a RUN, or select runs by ", "are " + names(usual()));
        selection.given().stream().filter(onlyOfOne()::contains).findFirst().ifPresent(name -> {
            throw CommandException.usage(name + ": is about one run; name the RUN, or leave it out");
        });
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
        String id = bulk.id(action.type());
        var steering = new BulkSteering(
                action.type(),
                runId -> ofOneOfMany(action, runId, id),
                giver.name(surroundings),
                id,
                selection.limit(),
                bulk.rate(),
                answering.ofMany());
        if (selection.isDry()) {
            return steering.show(wanted, surroundings);
        }
        return steering.send(wanted, selection.consent(surroundings), surroundings);
    }

    /** Whether something is given that is about many runs. */
    final boolean selectsMany() {
        return selection.given().stream().anyMatch(this::isOfMany);
    }

    private boolean isOfMany(String option) {
        return selection.filters().contains(option) || OF_MANY.contains(option);
    }

    private void refuseBeside(List<String> given) {
        given.stream()
                .filter(this::isOfMany)
                .filter(name -> !alsoOfOne().contains(name))
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
