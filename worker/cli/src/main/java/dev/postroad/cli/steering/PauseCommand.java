package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pause",
        description = {
            "Stop a run when its superstep is over: what is under way finishes, nothing more begins. `postroad unpause`"
                    + " goes on. Or all runs of a filter that have not ended.",
            "With --before or --after: not now, but each time that the run comes to one of these nodes, until others"
                    + " are named or they are taken away by --clear. `postroad unpause` goes on to the next.",
            "Many are sent it at a pace, and counted as they answer; a bulk that was stopped can be gone on with."
        })
final class PauseCommand extends SelectiveCommand {
    @Option(
            names = "--before",
            paramLabel = "NODE",
            split = ",",
            description = "Pause each time before a task of this node, research/draft for one of a graph inside, * for"
                    + " all; may be given several times.")
    private List<String> before = new ArrayList<>();

    @Option(
            names = "--after",
            paramLabel = "NODE",
            split = ",",
            description = "Pause each time after a task of this node, likewise.")
    private List<String> after = new ArrayList<>();

    @Option(names = "--clear", description = "Pause at no node any more; what is paused stays so.")
    private boolean clear;

    PauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        Breakpoints at = new Breakpoints(before, after);
        if (clear && !at.isEmpty()) {
            throw CommandException.usage("--clear: stands beside --before or --after; leave one of them out");
        }
        return clear || !at.isEmpty() ? new Control.Pause(at) : new Control.Pause();
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING);
    }

    @Override
    Set<RunStatus> usual() {
        return possible();
    }
}
