package dev.postroad.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs short commands to their end, within a limit. */
final class ChildCommand {
    /** What a shell says of a command that it cannot find. */
    private static final int NOT_FOUND = 127;

    private ChildCommand() {}

    /** The exit code of the command, which is 127 where there is no such program. */
    static int run(List<String> command, String input, Redirect output, Duration limit) {
        Process process;
        try {
            process = builder(command).redirectOutput(output).start();
        } catch (IOException notFound) {
            return NOT_FOUND;
        }
        try {
            feed(process, input);
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new EmbeddedServerException(command.getFirst() + " did not end within " + limit);
            }
            return process.exitValue();
        } catch (InterruptedException stop) {
            throw EmbeddedServerException.interrupted("running " + command.getFirst(), stop);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A child that does not see the caller's own settings of PostgreSQL's clients and programs. */
    static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        return builder;
    }

    private static void feed(Process process, String input) {
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException endedEarly) {
            // The exit code tells why; that it read no further adds nothing.
        }
    }
}
