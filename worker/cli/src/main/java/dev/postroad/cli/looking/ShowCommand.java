package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.progress.ProgressView;
import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunJson;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Show what is known of a run, and how far each node is.")
final class ShowCommand implements Callable<Integer> {
    private static final Screen PAPER = new Screen(200, Integer.MAX_VALUE, Colours.UNUSED);

    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", description = "The id of the run.")
    private String run = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ShowCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        RunSummary summary = history.find(run).orElseThrow(() -> NoSuchRun.named(run, history));
        if (json) {
            PrettyJson.print(RunJson.tree(summary), surroundings.out());
            return ExitCode.COMPLETED;
        }
        RunSummaries.facts(summary, surroundings.zone()).forEach(surroundings::print);
        List<RunEvent> journal = history.events(run, 1);
        RunSummaries.given(journal, surroundings.zone()).forEach(surroundings::print);
        picture(journal).forEach(surroundings::print);
        return ExitCode.COMPLETED;
    }

    private List<String> picture(List<RunEvent> journal) {
        RunProgress progress = RunProgress.of(run, "", List.of());
        for (RunEvent event : journal) {
            progress = progress.after(event);
        }
        return new ProgressView(PAPER)
                .lines(progress, surroundings.clock().instant()).stream()
                        .skip(1)
                        .toList();
    }
}
