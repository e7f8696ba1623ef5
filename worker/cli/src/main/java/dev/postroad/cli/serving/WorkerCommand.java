package dev.postroad.cli.serving;

import dev.postroad.cli.logging.ConsoleFilter;
import dev.postroad.cli.servers.GivenWorker;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "worker",
        description = "Run a worker on the Kafka and the Postgres of the settings, until it is told to stop.")
final class WorkerCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    WorkerCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        ConsoleFilter.tellWhatHappens();
        GivenWorker.start(surroundings);
        surroundings.shutdown().await();
        return ExitCode.COMPLETED;
    }
}
