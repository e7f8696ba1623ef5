package dev.postroad.cli.looking;

import dev.postroad.cli.shell.Surroundings;
import java.util.List;

/** Those that show how runs, queues, workers and servers are. */
public final class LookingCommands {
    private LookingCommands() {}

    /** All of them, in the order in which help lists them. */
    public static List<Object> all(Surroundings surroundings) {
        return List.of(
                new ShowCommand(surroundings),
                new WhyCommand(surroundings),
                new StateCommand(surroundings),
                new HistoryCommand(surroundings),
                new DiffCommand(surroundings),
                new EventsCommand(surroundings),
                new LogsCommand(surroundings),
                new TimelineCommand(surroundings),
                new RunsCommand(surroundings),
                new WaitingCommand(surroundings),
                new QueueCommand(surroundings),
                new BudgetsCommand(surroundings),
                new WorkersCommand(surroundings),
                new HealthCommand(surroundings),
                new McpCommand(surroundings));
    }
}
