package dev.postroad.cli.retention;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that are about runs that have ended. */
public final class RetentionCommands {
    private RetentionCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(
                new PruneCommand(surroundings), new ExportCommand(surroundings), new ImportCommand(surroundings));
    }
}
