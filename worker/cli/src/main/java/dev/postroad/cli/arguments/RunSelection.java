package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which runs are meant, by a command that is for many, and whether it is to be done to them. */
public final class RunSelection {
    @Mixin
    private RunFilterOptions filter;

    @Option(names = "--all", description = "All runs that the command is for; stands for a filter.")
    private boolean all;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many runs, the newest ones.")
    private @Nullable Integer limit;

    @Option(names = "--dry-run", description = "Only say which runs, or how many, it would be done to.")
    private boolean dry;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask before it is done.")
    private boolean sure;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    public RunSelection() {
        this(new GraphVersionOption.Plain());
    }

    private RunSelection(GraphVersionOption version) {
        filter = new RunFilterOptions(version);
    }

    /** Of a command to which {@code --graph-version} is the one that runs are taken to. */
    public static RunSelection fromAVersion() {
        return new RunSelection(new GraphVersionOption.From());
    }

    /** The options that say which runs are meant, by their long names. */
    public Set<String> filters() {
        return filter.names();
    }

    /** The options that are given, by their long names. */
    public List<String> given() {
        return command.commandLine().getParseResult().matchedOptions().stream()
                .map(OptionSpec::longestName)
                .toList();
    }

    /**
     * Sees that it was said which runs are meant.
     *
     * @param filters the options that say so
     * @param ways what to do, up to where the filters are listed
     * @param usual the runs that are meant by all
     * @throws CommandException where it was not
     */
    public void requireSome(Collection<String> filters, String ways, String usual) {
        if (!all && given().stream().noneMatch(filters::contains)) {
            throw CommandException.usage(ways + filters.stream().sorted().collect(Collectors.joining(", "))
                    + ", or give --all for all that " + usual);
        }
    }

    /**
     * What is asked for, as seen from a time.
     *
     * @param possible runs in these can be meant
     * @param usual runs in these are, where no status is asked for
     * @param rule says which can be, in messages
     * @throws CommandException where others are asked for
     */
    public RunFilter filter(Set<RunStatus> possible, Set<RunStatus> usual, String rule, Instant now) {
        Set<RunStatus> asked = filter.statuses();
        asked.stream().filter(status -> !possible.contains(status)).findFirst().ifPresent(status -> {
            throw CommandException.usage("--status: is \"" + status.publicName() + "\", but " + rule);
        });
        return filter.filter(asked.isEmpty() ? usual : asked, now);
    }

    /** Whether all are meant that the command is for. */
    public boolean isAll() {
        return all;
    }

    /** At most so many runs. */
    public int limit() {
        if (limit != null && limit < 1) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 or more");
        }
        return limit == null ? Integer.MAX_VALUE : limit;
    }

    /** Whether nothing is to be done, but only said. */
    public boolean isDry() {
        return dry;
    }

    /** Given, or asked for. */
    public Consent consent(Surroundings surroundings) {
        return sure ? Consent.given() : Consent.asked(surroundings);
    }
}
