package dev.postroad.cli.running;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.progress.Display;
import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.runs.RunSummary;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "watch",
        description =
                "Show what happened in a run, and follow it until it ends. Exit codes are those of `postroad run`.")
final class WatchCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument argument = new RunArgument();

    @Mixin
    private FollowOptions following = new FollowOptions();

    WatchCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        String run = argument.id();
        Servers servers = Servers.open(surroundings, Need.WORKER);
        Display display = following.display(surroundings);
        // Opened before the journal is read, so that no event falls between the two.
        RunWatch watch = servers.client().watch(run);
        List<RunEvent> journal = journal(servers, run, watch);
        try (Followed live = following.follow(servers.client(), watch, journal)) {
            RunProgress past = RunProgress.of(run, "", List.of());
            for (RunEvent event : journal) {
                past = past.after(event);
                display.show(event, past);
            }
            tellWhereItStandsStill(servers.history(), run);
            RunProgress end =
                    new RunFollower(surroundings, display).follow(live, past, following.timeout(), event -> {});
            return following.conclude(end, surroundings);
        }
    }

    /** Nothing more comes of such a run until a release takes it up that can read it; that may be never. */
    private void tellWhereItStandsStill(RunHistory history, String run) {
        RunSummary.SetAside aside = history.find(run).map(RunSummary::setAside).orElse(null);
        if (aside != null) {
            surroundings.say("run " + run + " is set aside by worker " + aside.worker() + " since " + aside.since()
                    + ", as it cannot be read: " + aside.why() + "; nothing happens in it meanwhile");
        }
    }

    private static List<RunEvent> journal(Servers servers, String run, RunWatch watch) throws FaultsException {
        try {
            RunHistory history = servers.history();
            List<RunEvent> journal = history.events(run, 1);
            if (journal.isEmpty()) {
                throw NoSuchRun.named(run, history);
            }
            return journal;
        } catch (FaultsException | RuntimeException failed) {
            watch.close();
            throw failed;
        }
    }
}
