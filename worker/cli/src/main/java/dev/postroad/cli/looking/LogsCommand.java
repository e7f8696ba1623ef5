package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.TimeOptions;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.LogFilter;
import dev.postroad.runtime.history.past.LogLine;
import dev.postroad.runtime.history.past.RunLog;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "logs",
        description = "Print what was logged about a run: by its agents, and by workers about their calls.")
final class LogsCommand implements Callable<Integer> {
    private static final int PAGE = 1_000;
    private static final Duration BEAT = Duration.ofMillis(250);

    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            converter = LevelArgument.class,
            description = "Only what matters as much: trace, debug, info, warn or error.")
    private LogLevel level = LogLevel.TRACE;

    @Option(names = "--node", paramLabel = "NODE", description = "Only lines of this node; may be given several times.")
    private Set<String> nodes = new LinkedHashSet<>();

    @Mixin
    private TimeOptions times = new TimeOptions();

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what is logged from now on, until Ctrl-C.")
    private boolean followed;

    @Option(names = "--json", description = "Print JSON, one line of the log a line.")
    private boolean json;

    LogsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        String id = run.id();
        Instant now = surroundings.clock().instant();
        var filter = new LogFilter(level, nodes, times.since(now), times.until(now));
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        RunLog log = servers.runLog();
        long last = print(log, id, filter, 0);
        RunHistory history = servers.history();
        if (last == 0 && history.find(id).isEmpty()) {
            throw NoSuchRun.named(id, history);
        }
        while (followed && !surroundings.shutdown().await(BEAT)) {
            last = print(log, id, filter, last);
        }
        return ExitCode.COMPLETED;
    }

    /** Prints what is there; returns the id of the last line. */
    private long print(RunLog log, String id, LogFilter filter, long after) {
        LogView view = new LogView(surroundings.zone(), surroundings.page());
        long last = after;
        List<LogLine> page;
        do {
            page = log.lines(id, filter, last, PAGE);
            page.forEach(line -> {
                if (json) {
                    surroundings.json(line.toJson());
                } else {
                    view.text(line).lines().forEach(surroundings::print);
                }
            });
            last = page.isEmpty() ? last : page.getLast().id();
        } while (page.size() == PAGE);
        return last;
    }

    /** Reads the public names. */
    static final class LevelArgument implements ITypeConverter<LogLevel> {
        @Override
        public LogLevel convert(String name) {
            return LogLevel.of(name)
                    .orElseThrow(() -> new TypeConversionException("is \"" + name + "\"; use one of "
                            + Arrays.stream(LogLevel.values())
                                    .map(LogLevel::publicName)
                                    .collect(Collectors.joining(", "))));
        }
    }
}
