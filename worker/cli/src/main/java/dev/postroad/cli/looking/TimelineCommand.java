package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.timeline.Gantt;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.PastJson;
import dev.postroad.runtime.history.past.RunTimeline;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "timeline", description = "Draw when the nodes of a run were at work, and in how many attempts.")
final class TimelineCommand implements Callable<Integer> {
    private static final int LEAST_COLUMNS = 40;
    private static final int MOST_COLUMNS = 1_000;
    private static final int COLUMNS_OF_PAPER = 100;

    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "How many columns to draw in; by default those of the terminal, or else 100.")
    private @Nullable Integer width;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    TimelineCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (width != null && (width < LEAST_COLUMNS || width > MOST_COLUMNS)) {
            throw CommandException.usage("--width: is " + width + "; use " + LEAST_COLUMNS + " to " + MOST_COLUMNS);
        }
        String id = run.id();
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        RunTimeline timeline = history.timeline(id).orElseThrow(() -> NoSuchRun.named(id, history));
        if (json) {
            PrettyJson.print(PastJson.tree(timeline), surroundings.out());
        } else {
            new Gantt(screen(), surroundings.characters())
                    .lines(timeline, surroundings.clock().instant())
                    .forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }

    private Screen screen() {
        Screen page = surroundings.page();
        if (width != null) {
            // A line never fills a screen to its last column, where some terminals begin a new line.
            return new Screen(width + 1, page.rows(), page.colours());
        }
        return page.equals(Screen.PAPER) ? new Screen(COLUMNS_OF_PAPER + 1, page.rows(), page.colours()) : page;
    }
}
