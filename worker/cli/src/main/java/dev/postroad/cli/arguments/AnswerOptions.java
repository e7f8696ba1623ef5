package dev.postroad.cli.arguments;

import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.RunEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How long to wait until a worker has acted on a message. */
public final class AnswerOptions {
    private static final Duration BEAT = Duration.ofMillis(200);
    private static final Duration OF_ONE = Duration.ofSeconds(5);
    private static final Duration OF_MANY = Duration.ofSeconds(60);

    @Option(
            names = "--wait",
            paramLabel = "PT5S",
            description = "The longest to wait until a worker answers, PT5S by default, PT1M for each of many runs;"
                    + " PT0S only sends.")
    private @Nullable Duration limit;

    /** How long each of many runs has for its answer. */
    public Duration ofMany() {
        if (limit != null && limit.isZero()) {
            throw CommandException.usage("--wait: is " + limit + ", but answers are counted; give each run some time");
        }
        return Objects.requireNonNullElse(limit, OF_MANY);
    }

    /** The first event that is an answer; empty where none came in time. */
    public Optional<RunEvent> await(RunWatch watch, Surroundings surroundings, Predicate<RunEvent> isAnswer) {
        Instant until = surroundings.clock().instant().plus(ofOne());
        while (surroundings.clock().instant().isBefore(until)) {
            Optional<RunEvent> event = watch.poll(BEAT).filter(isAnswer);
            if (event.isPresent()) {
                return event;
            }
        }
        return Optional.empty();
    }

    /** Whether an answer is waited for at all. */
    public boolean waits() {
        return ofOne().isPositive();
    }

    private Duration ofOne() {
        return Objects.requireNonNullElse(limit, OF_ONE);
    }

    /** Says what the user would otherwise wonder about. */
    public void explain(Optional<RunEvent> answer, String what, Servers servers, Surroundings surroundings) {
        if (answer.isEmpty() && waits()) {
            surroundings.say(what + " is sent, but not answered within " + ofOne()
                    + ": there may be no worker that runs; it is kept, and acted on as soon as there is one");
            return;
        }
        if (answer.isEmpty()) {
            surroundings.say(what + " is sent");
        }
        explain(servers, surroundings);
    }

    /** Says what becomes of runs when the command is over. */
    public static void explain(Servers servers, Surroundings surroundings) {
        if (servers.origin() == Origin.EMBEDDED_HERE) {
            surroundings.say("the embedded servers stop with this command; what is not done goes on with the next one,"
                    + " such as `postroad dev`");
        }
    }
}
