package dev.postroad.cli;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "retry", description = "Run again what failed or was cancelled of a run, and only that.")
final class RetryCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", description = "The id of the run.")
    private String run = "";

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    RetryCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        return Steering.send(run, new Control.Retry(), answering, surroundings);
    }
}
