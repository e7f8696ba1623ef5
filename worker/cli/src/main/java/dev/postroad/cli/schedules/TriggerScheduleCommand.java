package dev.postroad.cli.schedules;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.ScheduleCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "trigger-now",
        description =
                "Start a run of a schedule now, by the rule of its overlap, also where it is paused. Prints its id.")
final class TriggerScheduleCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", description = "The schedule.")
    private String name = "";

    @Mixin
    private final GiverOption giver = new GiverOption();

    TriggerScheduleCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Servers.open(surroundings, Need.POSTGRES)
                .scheduleControl()
                .apply(new ScheduleCommand(name, new ScheduleCommand.TriggerNow(), giver.name(surroundings)))
                .forEach(surroundings::print);
        return ExitCode.COMPLETED;
    }
}
