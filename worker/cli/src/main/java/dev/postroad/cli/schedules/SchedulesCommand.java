package dev.postroad.cli.schedules;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.ScheduleCommand;
import dev.postroad.runtime.schedule.ScheduleReport;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "schedules",
        description = "List the schedules: what they run, their newest run, and when they are due next.",
        synopsisSubcommandLabel = "[COMMAND]")
public final class SchedulesCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--json", description = "Print JSON, one schedule a line.")
    private boolean json;

    private SchedulesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The command, and what it consists of. */
    public static CommandLine of(Surroundings surroundings) {
        return new CommandLine(new SchedulesCommand(surroundings))
                .addSubcommand(new ShowScheduleCommand(surroundings))
                .addSubcommand("pause", new SteerScheduleCommand(surroundings, "paused", ScheduleCommand.Pause::new))
                .addSubcommand(
                        "unpause", new SteerScheduleCommand(surroundings, "unpaused", ScheduleCommand.Unpause::new))
                .addSubcommand(new TriggerScheduleCommand(surroundings))
                .addSubcommand(new BackfillCommand(surroundings));
    }

    @Override
    public Integer call() throws FaultsException {
        List<ScheduleReport> schedules =
                Servers.open(surroundings, Need.POSTGRES).schedules().all();
        if (json) {
            schedules.forEach(schedule -> surroundings.json(schedule.toJson()));
            return ExitCode.COMPLETED;
        }
        Table table = new Table()
                .words("SCHEDULE")
                .words("RUNS")
                .words("STATE")
                .words("LAST RUN")
                .words("NEXT");
        schedules.forEach(schedule -> Schedules.addTo(table, schedule, surroundings.zone()));
        table.lines(surroundings.page()).forEach(surroundings::print);
        return ExitCode.COMPLETED;
    }
}
