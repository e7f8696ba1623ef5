package dev.postroad.cli.schedules;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.ScheduleCommand;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Have a schedule start nothing for now (pause), or start its runs again (unpause), from the next time on.",
            "What was due meanwhile is not made up for. Runs under way go on; what waits for one waits until it is"
                    + " unpaused."
        })
final class SteerScheduleCommand implements Callable<Integer> {
    private static final int LONGEST_REASON = 1_000;

    private final Surroundings surroundings;
    private final String done;
    private final Function<@Nullable String, ScheduleCommand.Action> action;

    @Parameters(paramLabel = "NAME", description = "The schedule.")
    private String name = "";

    @Option(names = "--why", paramLabel = "TEXT", description = "The reason, for others to see.")
    private @Nullable String why;

    @Mixin
    private final GiverOption giver = new GiverOption();

    SteerScheduleCommand(
            Surroundings surroundings, String done, Function<@Nullable String, ScheduleCommand.Action> action) {
        this.surroundings = surroundings;
        this.done = done;
        this.action = action;
    }

    @Override
    public Integer call() throws FaultsException {
        if (why != null && (why.isBlank() || why.length() > LONGEST_REASON)) {
            throw CommandException.usage("--why: is blank or too long; use 1 to " + LONGEST_REASON + " characters");
        }
        Servers.open(surroundings, Need.POSTGRES)
                .scheduleControl()
                .apply(new ScheduleCommand(name, action.apply(why), giver.name(surroundings)));
        surroundings.print("schedule/" + name + ": " + done);
        return ExitCode.COMPLETED;
    }
}
