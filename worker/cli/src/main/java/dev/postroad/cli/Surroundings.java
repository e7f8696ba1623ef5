package dev.postroad.cli;

import dev.postroad.cli.progress.Screen;
import java.io.InputStream;
import java.io.PrintStream;
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
}
