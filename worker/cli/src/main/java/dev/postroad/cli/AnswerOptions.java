package dev.postroad.cli;

import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** How long to wait until a worker has acted on a message. */
final class AnswerOptions {
    private static final Duration BEAT = Duration.ofMillis(200);

    @Option(
            names = "--wait",
            paramLabel = "PT5S",
            description = "The longest to wait until a worker answers, PT5S by default; PT0S only sends.")
    private Duration limit = Duration.ofSeconds(5);

    /** The first event that is an answer; empty where none came in time. */
    Optional<RunEvent> await(RunWatch watch, Surroundings surroundings, Predicate<RunEvent> isAnswer) {
        Instant until = surroundings.clock().instant().plus(limit);
        while (surroundings.clock().instant().isBefore(until)) {
            Optional<RunEvent> event = watch.poll(BEAT).filter(isAnswer);
            if (event.isPresent()) {
                return event;
            }
        }
        return Optional.empty();
    }

    /** Says what the user would otherwise wonder about. */
    void explain(Optional<RunEvent> answer, String what, Servers servers, Surroundings surroundings) {
        if (answer.isEmpty() && limit.isPositive()) {
            surroundings.say(what + " is sent, but not answered within " + limit
                    + ": there may be no such run yet, or no worker that runs");
        } else if (servers.origin() == Origin.EMBEDDED_HERE) {
            surroundings.say("the embedded servers stop with this command; what is not done goes on with the next one,"
                    + " such as `postroad dev`");
        }
    }
}
