package dev.postroad.cli.running;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that trigger runs and follow them. */
public final class RunningCommands {
    private RunningCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(
                new RunCommand(surroundings),
                new TaskCommand(surroundings),
                new TriggerCommand(surroundings),
                new WatchCommand(surroundings));
    }
}
