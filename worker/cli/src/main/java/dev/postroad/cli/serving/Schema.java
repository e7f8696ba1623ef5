package dev.postroad.cli.serving;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;

/** The schema and the topics that workers need. */
public final class Schema {
    private Schema() {}

    /** Brings the schema to the newest version, and makes the topics that are missing; returns the exit code. */
    public static int migrate(Surroundings surroundings) throws FaultsException {
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
