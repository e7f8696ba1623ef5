package dev.postroad.cli.steering;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.arguments.SelectedRuns;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.shell.UserInput;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.bulk.BulkOrder;
import dev.postroad.runtime.bulk.BulkReport;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bulk",
        description = {
            "Do something to many runs on the server, so that this command need not stay.",
            "That is any control message without its run, or {\"type\": \"prune\"}, as --action, for the runs of a"
                    + " filter. It is followed until it is done; Ctrl-C leaves it going.",
            "Without --action: what was asked for before, or one of it by its ID, which --cancel ends."
        })
final class BulkCommand implements Callable<Integer> {
    private static final Set<RunStatus> ANY = EnumSet.allOf(RunStatus.class);
    private static final Duration BEAT = Duration.ofMillis(500);

    private final Surroundings surroundings;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "What was asked for before.")
    private @Nullable String shown;

    @Option(
            names = "--action",
            paramLabel = "JSON|@FILE|-",
            description = "What is to be done, such as '{\"type\": \"migrate\", \"graphVersion\": 4}': cancel, retry,"
                    + " resume, rollback, fork, update-state, continue, pause, unpause, migrate, or prune.")
    private @Nullable String action;

    @Option(names = "--cancel", description = "Have it do nothing more.")
    private boolean cancel;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private RunSelection selection = new RunSelection();

    @Mixin
    private BulkOptions bulk = new BulkOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    BulkCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        if (action != null) {
            return order(action);
        }
        if (shown == null) {
            if (cancel) {
                throw CommandException.usage("--cancel: is about one of them; name its ID");
            }
            List<BulkReport> newest =
                    Servers.open(surroundings, Need.POSTGRES).bulks().newest();
            newest.forEach(this::print);
            if (newest.isEmpty()) {
                surroundings.say("nothing was asked for in bulk yet; --action with a filter does so");
            }
            return ExitCode.COMPLETED;
        }
        Bulks bulks = Servers.open(surroundings, Need.POSTGRES).bulks();
        BulkReport report = found(bulks, shown);
        if (cancel) {
            bulks.cancel(shown, giver.name(surroundings));
            report = found(bulks, shown);
        }
        print(report);
        return ExitCode.COMPLETED;
    }

    private int order(String given) throws FaultsException, InterruptedException {
        if (shown != null || cancel) {
            throw CommandException.usage("--action: asks for something new; leave ID and --cancel out");
        }
        selection.requireSome(selection.filters(), "select runs by ", "there are");
        ObjectNode message = UserInput.object("--action", given, surroundings.in());
        RunFilter filter =
                selection.filter(ANY, Set.of(), "", surroundings.clock().instant());
        String type = message.path("type").asText();
        BulkOrder order = BulkOrder.of(
                bulk.id(type.isEmpty() ? "bulk" : type),
                message,
                filter,
                Math.min(selection.limit(), BulkOrder.MOST_RUNS),
                bulk.rate(),
                giver.name(surroundings));
        Servers servers = Servers.open(surroundings, selection.isDry() ? Need.POSTGRES : Need.WORKER);
        Bulks bulks = servers.bulks();
        String runs = SelectedRuns.count(bulks.count(filter, order.limit()));
        if (selection.isDry()) {
            surroundings.say(type + " would be done to " + runs + "; nothing was done");
            return ExitCode.COMPLETED;
        }
        if (!selection.consent(surroundings).isGiven("Do " + type + " to " + runs + "?")) {
            throw CommandException.failed("nothing was done");
        }
        if (!bulks.order(order)) {
            throw CommandException.failed(
                    "order " + order.id() + " is there already, and does something else; `postroad bulk " + order.id()
                            + "` says how far it is; give this one another --command-id");
        }
        return follow(bulks, order.id());
    }

    private int follow(Bulks bulks, String id) throws InterruptedException {
        BulkReport report = found(bulks, id);
        while (report.endedAt() == null) {
            if (surroundings.shutdown().await(BEAT)) {
                surroundings.say(id + " goes on; `postroad bulk " + id + "` says how far it is");
                return ExitCode.FAILED;
            }
            report = found(bulks, id);
        }
        print(report);
        boolean isFlawless = report.counts().refused() + report.counts().silent() == 0;
        return isFlawless ? ExitCode.COMPLETED : ExitCode.FAILED;
    }

    private static BulkReport found(Bulks bulks, String id) {
        return bulks.find(id).orElseThrow(() -> CommandException.failed("there is no order " + id + " for many runs"));
    }

    private void print(BulkReport report) {
        if (json) {
            surroundings.json(report.toJson());
            return;
        }
        BulkReport.Counts counts = report.counts();
        surroundings.print(report.id() + " " + report.state() + ": done to " + counts.done() + " of "
                + SelectedRuns.count(counts.all()) + ", " + counts.refused() + " refused, " + counts.silent()
                + " silent");
        report.failures().forEach(failure -> surroundings.say(failure.runId() + ": " + failure.reason()));
    }
}
