package dev.postroad.cli.running;

import dev.postroad.cli.shell.Surroundings;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tells who stops the command by Ctrl-C what becomes of the run. Safe for use by many threads. */
final class Interruption {
    private final AtomicBoolean over = new AtomicBoolean();

    private Interruption() {}

    static Interruption sayThatRunGoesOn(String runId, Surroundings surroundings) {
        var interruption = new Interruption();
        surroundings.shutdown().add(() -> {
            if (!interruption.over.get()) {
                surroundings.say("stopped waiting; run " + runId + " is kept, and goes on where a worker runs; "
                        + "`postroad watch " + runId + "` follows it");
            }
        });
        return interruption;
    }

    void isOver() {
        over.set(true);
    }
}
