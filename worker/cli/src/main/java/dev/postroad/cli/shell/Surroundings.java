package dev.postroad.cli.shell;

import dev.postroad.cli.progress.Screen;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/**
 * What the command finds around it, and all that it may touch besides Kafka, Postgres and files.
 *
 * @param terminal where {@code err} goes to one
 * @param defaultData where the embedded servers keep their data unless a setting says otherwise
 */
public record Surroundings(
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        Optional<Screen> terminal,
        Path defaultData,
        ZoneId zone,
        InstantSource clock,
        Shutdown shutdown) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process. Texts go out as UTF-8 whatever the locale says, as JSON must. */
    public static Surroundings ofProcess() {
        Map<String, String> environment = System.getenv();
        return new Surroundings(
                environment,
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                TerminalProbe.terminalOfMessages(environment),
                Path.of(System.getProperty("postroad.data", ".postroad")),
                ZoneId.systemDefault(),
                InstantSource.system(),
                Shutdown.onSignals());
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** A message for the user, beside the command's output. */
    public void say(String message) {
        err.println(message);
    }
}
