package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.Consent;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.RunFilterOptions;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a control message to one run, or to all that a filter selects. */
abstract class SelectiveCommand implements Callable<Integer> {
    private static final Set<String> FILTERS =
            Set.of("--status", "--graph", "--waits-for", "--since", "--until", "--tag");
    private static final Set<String> OF_MANY =
            Set.of("--all", "--limit", "--rate", "--dry-run", "--yes", "--command-id");

    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The id of the run, where it is only one.")
    private @Nullable String run;

    @Mixin
    private RunFilterOptions filter = new RunFilterOptions();

    @Mixin
    private BulkOptions bulk = new BulkOptions();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    SelectiveCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What is to be done, by the options. */
    abstract Control.Action action();

    /** Runs in these can do it. */
    abstract Set<RunStatus> possible();

    /** Runs in these are meant where no status is asked for. */
    abstract Set<RunStatus> usual();

    @Override
    public final Integer call() throws FaultsException, InterruptedException {
        List<String> given = spec.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .toList();
        if (run != null) {
            refuseBeside(given);
            return new Steering(RunArgument.legal(run), action(), giver.name(surroundings))
                    .send(answering, surroundings);
        }
        if (given.stream().noneMatch(FILTERS::contains) && !bulk.all()) {
            throw CommandException.usage("name a RUN, or select runs by "
                    + FILTERS.stream().sorted().collect(Collectors.joining(", ")) + ", or give --all for all that are "
                    + names(usual()));
        }
        return steerMany(filter.filter(wanted(), surroundings.clock().instant()));
    }

    private int steerMany(RunFilter wanted) throws FaultsException, InterruptedException {
        var steering = new BulkSteering(
                action(),
                giver.name(surroundings),
                bulk.id(action().type()),
                bulk.limit(),
                bulk.rate(),
                answering.ofMany());
        if (bulk.dry()) {
            return steering.show(wanted, surroundings);
        }
        Consent consent = bulk.sure() ? Consent.given() : Consent.asked(surroundings);
        return steering.send(wanted, consent, surroundings);
    }

    private static void refuseBeside(List<String> given) {
        given.stream()
                .filter(name -> FILTERS.contains(name) || OF_MANY.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw CommandException.usage("RUN and " + name
                            + " exclude one another; name one run, or select many without naming one");
                });
    }

    private Set<RunStatus> wanted() {
        Set<RunStatus> asked = filter.statuses();
        asked.stream()
                .filter(status -> !possible().contains(status))
                .findFirst()
                .ifPresent(status -> {
                    throw CommandException.usage("--status: is \"" + status.publicName() + "\", but " + action().type()
                            + " is for runs that are " + names(possible()));
                });
        return asked.isEmpty() ? usual() : asked;
    }

    private static String names(Set<RunStatus> statuses) {
        return statuses.stream().sorted().map(RunStatus::publicName).collect(Collectors.joining(", "));
    }
}
