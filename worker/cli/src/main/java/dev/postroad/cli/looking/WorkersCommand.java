package dev.postroad.cli.looking;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.screen.Text;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.workers.WorkerJson;
import dev.postroad.runtime.history.workers.WorkerReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "workers",
        description = "Show which workers live and what each has, and from which dead ones shards were taken.")
final class WorkersCommand implements Callable<Integer> {
    private static final int MOST_TAKE_OVERS = 10;

    private final Surroundings surroundings;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    WorkersCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        WorkerReport report =
                Servers.open(surroundings, Need.POSTGRES).workers().report();
        if (json) {
            surroundings.print(WorkerJson.tree(report).toString());
            return ExitCode.COMPLETED;
        }
        living(report).lines(surroundings.page()).forEach(surroundings::print);
        if (!report.takeOvers().isEmpty()) {
            surroundings.print("");
            takeOvers(report).lines(surroundings.page()).forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }

    private static Table living(WorkerReport report) {
        Table table = new Table()
                .words("WORKER")
                .words("HOST")
                .words("VERSION")
                .words("STATE")
                .figures("UP")
                .figures("LAST SIGN")
                .figures("RUNNING")
                .figures("LAG")
                .words("SHARDS");
        for (WorkerReport.Living worker : report.workers()) {
            table.row(
                    worker.name(),
                    worker.host(),
                    worker.version(),
                    worker.leaving() ? "leaving" : "live",
                    age(worker.since(), report.at()),
                    age(worker.renewedAt(), report.at()),
                    String.format(Locale.ROOT, "%,d", worker.running()),
                    worker.lag() == null ? "-" : String.format(Locale.ROOT, "%,d", worker.lag()),
                    shards(worker.shards()));
        }
        return table;
    }

    private static Table takeOvers(WorkerReport report) {
        Table table = new Table()
                .words("TAKEN FROM")
                .figures("AGO")
                .words("FOUND BY")
                .words("SHARDS")
                .words("WHY");
        report.takeOvers().stream()
                .limit(MOST_TAKE_OVERS)
                .forEach(taken -> table.row(
                        taken.worker(),
                        age(taken.at(), report.at()),
                        taken.foundBy(),
                        shards(taken.shards()),
                        taken.why()));
        return table;
    }

    private static String shards(List<Integer> shards) {
        return shards.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static String age(Instant since, Instant now) {
        return Text.of(since.isAfter(now) ? Duration.ZERO : Duration.between(since, now));
    }
}
