package dev.postroad.cli.schedules;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.PointInTime;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.ScheduleCommand;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "backfill",
        description = {
            "Start the runs of a schedule for times that are past and have none, 1,000 at most. Prints their ids.",
            "They run one after the other, unless the schedule's overlap is allow."
        })
final class BackfillCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", description = "The schedule.")
    private String name = "";

    @Option(
            names = "--from",
            paramLabel = "TIME",
            required = true,
            description = "The first time that counts, such as 2026-11-01T00:00:00Z, or how long ago, such as 7d.")
    private PointInTime from = now -> now;

    @Option(names = "--to", paramLabel = "TIME", description = "The last time that counts; now by default.")
    private @Nullable PointInTime to;

    @Mixin
    private final GiverOption giver = new GiverOption();

    BackfillCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Instant now = surroundings.clock().instant();
        var backfill = new ScheduleCommand.Backfill(from.at(now), to == null ? now : to.at(now));
        if (backfill.to().isBefore(backfill.from())) {
            throw CommandException.usage(
                    to == null
                            ? "--from: is yet to come; name a time that is over, or say --to as well"
                            : "--to: is before --from; say the earlier time first");
        }
        Servers.open(surroundings, Need.POSTGRES)
                .scheduleControl()
                .apply(new ScheduleCommand(name, backfill, giver.name(surroundings)))
                .forEach(surroundings::print);
        return ExitCode.COMPLETED;
    }
}
