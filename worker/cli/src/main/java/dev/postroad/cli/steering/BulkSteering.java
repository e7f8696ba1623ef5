package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.Consent;
import dev.postroad.cli.arguments.SelectedRuns;
import dev.postroad.cli.bulk.Bulk;
import dev.postroad.cli.bulk.BulkDisplay;
import dev.postroad.cli.bulk.PlainBulk;
import dev.postroad.cli.bulk.Recipients;
import dev.postroad.cli.bulk.Tally;
import dev.postroad.cli.bulk.TerminalBulk;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One control message for many runs.
 *
 * @param type what is done to all of them
 * @param action what is done to one
 * @param by who gives it; null for nobody in particular
 */
record BulkSteering(
        String type,
        Function<String, Control.Action> action,
        @Nullable String by,
        String id,
        int limit,
        int rate,
        Duration patience) {
    /** Prints which runs would get it. */
    int show(RunFilter filter, Surroundings surroundings) throws FaultsException {
        List<String> runs = runs(Servers.open(surroundings, Need.POSTGRES).history(), filter);
        runs.forEach(surroundings::print);
        surroundings.say(type + " would be sent to " + SelectedRuns.count(runs.size()) + "; nothing was sent");
        return ExitCode.COMPLETED;
    }

    /** Sends it, if the user agrees, and says what became of it; returns the exit code. */
    int send(RunFilter filter, Consent consent, Surroundings surroundings)
            throws FaultsException, InterruptedException {
        Servers servers = Servers.open(surroundings, Need.WORKER);
        RunHistory history = servers.history();
        List<String> runs = runs(history, filter);
        if (runs.isEmpty()) {
            surroundings.say("no run is as asked for; nothing was sent");
            return ExitCode.COMPLETED;
        }
        if (!consent.isGiven("Send " + type + " to " + SelectedRuns.count(runs.size()) + "?")) {
            throw CommandException.failed("nothing was sent");
        }
        var bulk = new Bulk(id, action, by, runs, rate, patience, surroundings.clock());
        send(bulk, servers.client(), history, surroundings);
        if (surroundings.shutdown().hasBegun()) {
            return ExitCode.FAILED;
        }
        AnswerOptions.explain(servers, surroundings);
        return conclude(bulk, surroundings);
    }

    private void send(Bulk bulk, PostroadClient client, RunHistory history, Surroundings surroundings)
            throws InterruptedException {
        var interruption = BulkInterruption.sayHowToGoOn(id, surroundings);
        try {
            bulk.run(recipients(client, history), display(surroundings), surroundings.shutdown()::await);
        } finally {
            interruption.ended(bulk.tally());
        }
    }

    private static int conclude(Bulk bulk, Surroundings surroundings) {
        Tally tally = bulk.tally();
        bulk.problems().forEach(surroundings::say);
        int unsaid = tally.refused() + tally.failed() - bulk.problems().size();
        if (unsaid > 0) {
            surroundings.say("… and " + unsaid + " more");
        }
        return tally.isFlawless() ? ExitCode.COMPLETED : ExitCode.FAILED;
    }

    /** The oldest first, so that they get their turn in the order in which they were queued. */
    private List<String> runs(RunHistory history, RunFilter filter) {
        List<String> runs = new ArrayList<>();
        new SelectedRuns(history, filter, limit).pages(run -> true, runs::addAll);
        Collections.reverse(runs);
        return runs;
    }

    private static Recipients recipients(PostroadClient client, RunHistory history) {
        return new Recipients() {
            @Override
            public void send(Control control) {
                client.control(control);
            }

            @Override
            public List<RunEvent> answers(Map<String, String> commandIds) {
                return history.answers(commandIds);
            }
        };
    }

    private static BulkDisplay display(Surroundings surroundings) {
        Instant now = surroundings.clock().instant();
        return surroundings
                .terminal()
                .<BulkDisplay>map(screen -> new TerminalBulk(surroundings.err(), screen, now))
                .orElseGet(() -> new PlainBulk(surroundings.err(), now));
    }
}
