package dev.postroad.cli.running;

import dev.postroad.cli.progress.RunProgress;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.history.RunHistory;
import java.util.List;

/**
 * A run that is triggered and followed to its end.
 *
 * @param trigger with a run id
 * @param nodes those that are to be shown from the start
 */
record TriggeredRun(Trigger trigger, List<String> nodes, FollowOptions following) {
    TriggeredRun {
        nodes = List.copyOf(nodes);
    }

    /** Shows live progress, and prints the final state; returns the exit code. */
    int follow(PostroadClient client, RunHistory history, Surroundings surroundings) {
        RunProgress progress = follow(client, surroundings);
        if (progress.end() != null && !following.json()) {
            history.state(progress.runId(), null).ifPresent(end -> PrettyJson.print(end.state(), surroundings.out()));
        }
        return following.conclude(progress, surroundings);
    }

    private RunProgress follow(PostroadClient client, Surroundings surroundings) {
        String runId = String.valueOf(trigger.runId());
        var interruption = Interruption.sayThatRunGoesOn(runId, surroundings);
        // Opened first, so that no event is missed.
        try (Followed watch = following.follow(client, client.watch(runId), List.of())) {
            client.trigger(trigger);
            RunProgress before = RunProgress.of(runId, trigger.target().name(), nodes);
            return new RunFollower(surroundings, following.display(surroundings))
                    .follow(watch, before, following.timeout(), TriggeredRun::throwRefusal);
        } finally {
            interruption.isOver();
        }
    }

    static void throwRefusal(RunEvent event) {
        if (event.type().endsTrigger()) {
            throw CommandException.usage("the trigger of run " + event.runId() + " was refused: "
                    + event.data().path("reason").asText());
        }
        if (event.type() == EventType.TRIGGER_DUPLICATE) {
            throw CommandException.usage("there is a run " + event.runId()
                    + " already, and nothing was changed; `postroad watch " + event.runId()
                    + "` follows it, another --run-id starts a new one");
        }
    }
}
