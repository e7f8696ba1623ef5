package dev.postroad.cli.serving;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that run servers, or make them ready. */
public final class ServingCommands {
    private ServingCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(
                new DevCommand(surroundings),
                new OpenCommand(surroundings),
                new WorkerCommand(surroundings),
                new TokenCommand(surroundings));
    }
}
