package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.PointInTime;
import dev.postroad.cli.looking.DueArgument.Due;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.history.waiting.WaitingFilter.Order;
import dev.postroad.runtime.history.waiting.WaitingJson;
import dev.postroad.runtime.history.waiting.WaitingPage;
import dev.postroad.runtime.history.waiting.WaitingQuestion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "waiting",
        description = {
            "List what people are asked, over all runs, those that wait longest first.",
            "`postroad resume RUN --value JSON` answers, `postroad reassign RUN --to NAME` hands a question on; where a"
                    + " run asks several, --task with the question's id says which is meant."
        })
final class WaitingCommand implements Callable<Integer> {
    private static final int USUAL = 20;
    private static final int PAGE = 500;
    private static final int MOST = 100_000;

    private final Surroundings surroundings;

    @Option(names = "--graph", paramLabel = "NAME", description = "Only questions of runs of a graph.")
    private @Nullable String graph;

    @Option(names = "--assignee", paramLabel = "NAME", description = "Only questions to this one.")
    private @Nullable String assignee;

    @Option(
            names = "--tag",
            paramLabel = "KEY=VALUE",
            description = "Only questions of runs that are marked so; may be given several times.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "Only those asked then or later: a time such as 2026-11-01T00:00:00Z, or how long ago, such"
                    + " as 1h.")
    private @Nullable PointInTime since;

    @Option(
            names = "--due",
            paramLabel = "TIME",
            converter = DueArgument.class,
            description =
                    "Only those whose time is up before then, if nobody answers: a time, or how far ahead, such as"
                            + " 1h; those first that are due first.")
    private @Nullable Due due;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; 20 by default.")
    private @Nullable Integer limit;

    @Option(
            names = "--cursor",
            paramLabel = "CURSOR",
            description = "Go on where an earlier listing of the same filter has ended, as it said.")
    private @Nullable String cursor;

    @Option(names = "--json", description = "Print JSON, one question a line, with the message that answers it.")
    private boolean json;

    WaitingCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        int left = limit == null ? USUAL : limit;
        if (left < 1 || left > MOST) {
            throw CommandException.usage("--limit: is " + left + "; use 1 to " + MOST);
        }
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        WaitingFilter wanted = filter(surroundings.clock().instant());
        String next = cursor;
        do {
            WaitingPage page = page(history, wanted, next, Math.min(left, PAGE));
            print(page.questions(), next == null || next.equals(cursor));
            left -= page.questions().size();
            next = page.next();
        } while (next != null && left > 0);
        if (next != null) {
            surroundings.say("there are more: --cursor " + next + " goes on");
        }
        return ExitCode.COMPLETED;
    }

    private WaitingFilter filter(Instant now) {
        return new WaitingFilter(
                graph,
                assignee,
                tags,
                since == null ? null : since.at(now),
                due == null ? null : due.from(now),
                due == null ? Order.ASKED : Order.DUE);
    }

    private static WaitingPage page(RunHistory history, WaitingFilter wanted, @Nullable String cursor, int size) {
        try {
            return history.waiting(wanted, cursor, size);
        } catch (IllegalArgumentException unfit) {
            throw CommandException.usage("--cursor: " + unfit.getMessage());
        }
    }

    private void print(List<WaitingQuestion> questions, boolean first) {
        if (json) {
            questions.forEach(question -> surroundings.json(WaitingJson.tree(question)));
            return;
        }
        Questions.table(questions, surroundings.clock().instant()).lines(surroundings.page()).stream()
                .skip(first ? 0 : 1)
                .forEach(surroundings::print);
    }
}
