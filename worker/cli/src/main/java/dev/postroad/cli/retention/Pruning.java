package dev.postroad.cli.retention;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.cli.arguments.SelectedRuns;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.runtime.retention.RequestedRuns;
import java.time.Duration;
import java.time.Instant;

/** Has the workers delete runs, and waits until they have. */
record Pruning(PrunableRuns runs, RequestedRuns requested, Surroundings surroundings, boolean json) {
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final Duration BETWEEN_WORDS = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Says what would go; returns the exit code. */
    int show(PrunableRuns.Room room) {
        if (json) {
            surroundings.json(tree(room).put("dryRun", true));
        } else {
            surroundings.print(room + " would go; nothing was deleted");
        }
        return ExitCode.COMPLETED;
    }

    /** Has them deleted; returns the exit code. */
    int prune(PrunableRuns.Room room) throws InterruptedException {
        AskedRuns asked = new AskedRuns(requested);
        runs.pages(asked::ask);
        PrunableRuns.Room going = room.of(asked.count());
        awaitNone(asked);
        if (surroundings.shutdown().hasBegun()) {
            surroundings.say("stopped; the workers go on to delete what they were asked to");
            return ExitCode.FAILED;
        }
        if (json) {
            surroundings.json(tree(going).put("dryRun", false));
        } else {
            surroundings.print(going + " went; their room is used again");
        }
        return ExitCode.COMPLETED;
    }

    private static ObjectNode tree(PrunableRuns.Room room) {
        return JsonNodeFactory.instance.objectNode().put("runs", room.runs()).put("bytes", room.bytes());
    }

    /** Others may have asked for more, and workers that delete those are at work as well. */
    private void awaitNone(AskedRuns asked) throws InterruptedException {
        long left = asked.left();
        long ofAll = requested.left();
        Instant changed = surroundings.clock().instant();
        Instant said = changed;
        while (left > 0 && !surroundings.shutdown().await(BEAT)) {
            left = asked.left();
            long now = requested.left();
            Instant at = surroundings.clock().instant();
            if (now != ofAll) {
                ofAll = now;
                changed = at;
            }
            if (Duration.between(changed, at).compareTo(PATIENCE) > 0) {
                throw CommandException.failed("no worker has deleted any of " + SelectedRuns.count(left) + " within "
                        + PATIENCE
                        + "; they were asked to, and do so once they run: see `postroad workers`, and their logs");
            }
            if (Duration.between(said, at).compareTo(BETWEEN_WORDS) > 0) {
                surroundings.say("left: " + SelectedRuns.count(left));
                said = at;
            }
        }
    }
}
