package dev.postroad.cli.steering;

import dev.postroad.cli.bulk.Tally;
import dev.postroad.cli.shell.Surroundings;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Tells whose bulk was stopped, by Ctrl-C or by a failure, what was done and how to go on. Safe for use by many threads. */
final class BulkInterruption {
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final CompletableFuture<Tally> end = new CompletableFuture<>();

    private BulkInterruption() {}

    static BulkInterruption sayHowToGoOn(String id, Surroundings surroundings) {
        var interruption = new BulkInterruption();
        surroundings.shutdown().add(() -> interruption.say(id, surroundings));
        return interruption;
    }

    void ended(Tally tally) {
        end.complete(tally);
    }

    private void say(String id, Surroundings surroundings) {
        try {
            Tally tally = end.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (!tally.isOver()) {
                surroundings.say("stopped: " + tally + "; the same command with --command-id " + id
                        + " goes on, and no run does twice what it was told");
            }
        } catch (TimeoutException | ExecutionException stuck) {
            surroundings.say("stopped; the same command with --command-id " + id + " goes on");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
