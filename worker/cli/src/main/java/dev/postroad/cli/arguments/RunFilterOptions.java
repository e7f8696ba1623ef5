package dev.postroad.cli.arguments;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which runs are meant. */
public final class RunFilterOptions {
    private static final Set<String> NAMES =
            Set.of("--status", "--graph", "--waits-for", "--error", "--since", "--until", "--tag");

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            split = ",",
            converter = RunStatusArgument.class,
            description = "Only those that are queued, running, waiting, paused, completed, failed or cancelled; may be"
                    + " given several times.")
    private Set<RunStatus> statuses = EnumSet.noneOf(RunStatus.class);

    @Option(names = "--graph", paramLabel = "NAME", description = "Only those of a graph.")
    private @Nullable String graph;

    @Mixin
    private GraphVersionOption version;

    @Option(
            names = {"--waits-for", "--agent"},
            paramLabel = "AGENT",
            description = "Only those that wait for an agent, which cannot be called.")
    private @Nullable String waitsFor;

    @Option(
            names = "--error",
            paramLabel = "TYPE",
            description = "Only those that failed for an error of this type, such as http.503.")
    private @Nullable String error;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those queued then or later: a time such as 2026-11-01T00:00:00Z, or how long ago, such"
                    + " as PT1H.")
    private @Nullable PointInTime since;

    @Option(names = "--until", paramLabel = "TIME", description = "Only those queued before; as --since.")
    private @Nullable PointInTime until;

    @Option(
            names = "--tag",
            paramLabel = "KEY=VALUE",
            description = "Only those that are marked so; may be given several times.")
    private Map<String, String> tags = new LinkedHashMap<>();

    public RunFilterOptions() {
        this(new GraphVersionOption.Plain());
    }

    RunFilterOptions(GraphVersionOption version) {
        this.version = version;
    }

    /** The options that say which runs are meant, by their long names. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(NAMES);
        names.add(version.name());
        return names;
    }

    /** The statuses that are asked for; empty for any. */
    public Set<RunStatus> statuses() {
        return statuses;
    }

    /** What is asked for, as seen from a time. */
    public RunFilter filter(Instant now) {
        return filter(statuses, now);
    }

    /** As asked for, but for the statuses. */
    public RunFilter filter(Set<RunStatus> wanted, Instant now) {
        Integer ofGraph = version.version();
        if (ofGraph != null && ofGraph < 0) {
            throw CommandException.usage(version.name() + ": is " + ofGraph + "; use 0 or more");
        }
        return new RunFilter(
                wanted,
                graph,
                ofGraph,
                waitsFor,
                since == null ? null : since.at(now),
                until == null ? null : until.at(now),
                tags,
                error);
    }
}
