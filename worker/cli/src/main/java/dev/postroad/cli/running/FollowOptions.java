package dev.postroad.cli.running;

import dev.postroad.cli.progress.Display;
import dev.postroad.cli.progress.JsonDisplay;
import dev.postroad.cli.progress.PlainDisplay;
import dev.postroad.cli.progress.ProgressView;
import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.progress.TerminalDisplay;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a run is followed. */
final class FollowOptions {
    private static final String RUN_TIMEOUT = "run-timeout";

    @Option(
            names = "--json",
            description = "Write the events, and what the nodes show, to the standard output, one JSON a line.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "PT5M",
            description = "The longest to wait for the end; the run itself goes on.")
    private @Nullable Duration timeout;

    @Option(names = "--no-output", description = "Leave out what the nodes show while they run.")
    private boolean noOutput;

    /** Takes over the watch, also to close it where this fails. */
    Followed follow(PostroadClient client, RunWatch watch, List<RunEvent> past) {
        boolean isOver = !past.isEmpty() && past.getLast().type().endsRun();
        return noOutput || isOver ? Followed.without(watch) : Followed.with(client.withOutput(watch, past));
    }

    boolean json() {
        return json;
    }

    @Nullable
    Duration timeout() {
        return timeout;
    }

    /** Progress goes beside the output, so that the output can be piped on. */
    Display display(Surroundings surroundings) {
        if (json) {
            return new JsonDisplay(surroundings.out());
        }
        return surroundings
                .terminal()
                .<Display>map(screen -> new TerminalDisplay(surroundings.err(), new ProgressView(screen)))
                .orElseGet(() -> new PlainDisplay(surroundings.err(), surroundings.zone()));
    }

    /** Says how the run ended, or that it goes on. */
    int conclude(RunProgress progress, Surroundings surroundings) {
        RunEvent end = progress.end();
        if (end == null) {
            surroundings.say("run " + progress.runId() + " is not done after " + timeout + unfinished(progress));
            return ExitCode.TIMED_OUT;
        }
        if (progress.status() != RunStatus.FAILED) {
            return ExitCode.of(progress.status());
        }
        boolean outOfTime = end.data().path("error").path("type").asText().equals(RUN_TIMEOUT);
        surroundings.say("run " + progress.runId() + " failed: "
                + end.data().path("error").path("message").asText() + "; `postroad retry " + progress.runId()
                + "` repeats what failed");
        return outOfTime ? ExitCode.TIMED_OUT : ExitCode.FAILED;
    }

    private static String unfinished(RunProgress progress) {
        if (progress.waiting() != null) {
            return ", and waits: " + progress.waiting();
        }
        return progress.status() == RunStatus.PAUSED
                ? ", and is paused; `postroad unpause " + progress.runId() + "` goes on"
                : ", and goes on; `postroad watch " + progress.runId() + "` follows it";
    }
}
