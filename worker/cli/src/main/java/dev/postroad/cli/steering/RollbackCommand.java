package dev.postroad.cli.steering;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.message.Control;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rollback",
        description = "Go back to an earlier version of a run's state; what came after it stays in the history.")
final class RollbackCommand extends SteeringCommand {
    @Option(
            names = "--version",
            paramLabel = "N",
            required = true,
            description = "The version to go back to, from 1; `postroad state RUN --version N` shows it.")
    private int version;

    @Option(names = "--no-resume", description = "Leave the run paused there; `postroad unpause` goes on.")
    private boolean paused;

    RollbackCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    Control.Action action(Surroundings surroundings) {
        if (version < 1) {
            throw CommandException.usage("--version: is " + version + "; use 1 or more");
        }
        return new Control.Rollback(version, !paused);
    }
}
