package dev.postroad.cli.looking;

import dev.postroad.cli.screen.LivePicture;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.QueueReport;
import dev.postroad.runtime.history.runs.RunJson;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "queue",
        description =
                "Show how many runs wait for their start and since when, and how many run, by graph and priority.")
final class QueueCommand implements Callable<Integer> {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final Surroundings surroundings;

    @Option(names = "--watch", description = "Show it again every second, until Ctrl-C.")
    private boolean watched;

    @Option(names = "--json", description = "Print JSON, one look a line.")
    private boolean json;

    QueueCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        Consumer<List<String>> printer = printer();
        do {
            printer.accept(lines(history.queue()));
        } while (watched && !surroundings.shutdown().await(BETWEEN_LOOKS));
        return ExitCode.COMPLETED;
    }

    private List<String> lines(QueueReport report) {
        return json
                ? List.of(RunJson.tree(report).toString())
                : Queues.table(report).lines(surroundings.page());
    }

    private Consumer<List<String>> printer() {
        if (!watched || json || surroundings.page().equals(Screen.PAPER)) {
            return lines -> lines.forEach(surroundings::print);
        }
        var picture = new LivePicture(surroundings.out());
        int most = surroundings.page().rows() - 1;
        return lines -> picture.draw(lines.size() <= most ? lines : shortened(lines, most));
    }

    /** As many lines as the screen has, the last of them the total. */
    private static List<String> shortened(List<String> lines, int most) {
        return Stream.concat(lines.stream().limit(most - 2L), Stream.of("…", lines.getLast()))
                .toList();
    }
}
