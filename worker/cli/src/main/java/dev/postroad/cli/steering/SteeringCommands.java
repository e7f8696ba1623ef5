package dev.postroad.cli.steering;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that tell runs what to do. */
public final class SteeringCommands {
    private SteeringCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(
                new CancelCommand(surroundings),
                new RetryCommand(surroundings),
                new ResumeCommand(surroundings),
                new ReassignCommand(surroundings),
                new ContinueCommand(surroundings),
                new RollbackCommand(surroundings),
                new ForkCommand(surroundings),
                new UpdateStateCommand(surroundings),
                new PauseCommand(surroundings),
                new UnpauseCommand(surroundings),
                new MigrateCommand(surroundings),
                new BulkCommand(surroundings));
    }
}
