package dev.postroad.cli.schedules;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.schedule.ScheduleReport;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "show", description = "Show a schedule, and the next five times that it is due.")
final class ShowScheduleCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", description = "The schedule.")
    private String name = "";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    ShowScheduleCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        ScheduleReport found = Servers.open(surroundings, Need.POSTGRES)
                .schedules()
                .find(name)
                .orElseThrow(() -> CommandException.failed(
                        "there is no schedule " + name + "; see postroad schedules for those that are"));
        if (json) {
            surroundings.json(found.toJson());
        } else {
            Schedules.lines(found, surroundings.zone()).forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }
}
