package dev.postroad.cli.serving;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "migrate",
        description = "Bring the schema to the newest version, and make the topics that are missing.")
final class MigrateCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    MigrateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.WORKER);
        WorkerSettings settings = servers.workerSettings();
        if (servers.origin() == Origin.GIVEN) {
            Provisioning.migrate(settings);
        }
        surroundings
                .out()
                .println("Postgres at " + settings.postgres().address() + " and Kafka at " + settings.kafkaServers()
                        + " are ready");
        return ExitCode.COMPLETED;
    }
}
