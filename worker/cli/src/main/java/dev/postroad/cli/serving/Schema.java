package dev.postroad.cli.serving;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import org.jspecify.annotations.Nullable;

/** The schema and the topics that workers need. */
public final class Schema {
    private Schema() {}

    /**
     * Brings the schema to the newest version, and makes the topics that are missing; returns the exit code.
     *
     * @param grantTo a role of Postgres that is to read and write, and to own nothing; null for none
     */
    public static int migrate(Surroundings surroundings, @Nullable String grantTo) throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.WORKER);
        WorkerSettings settings = servers.workerSettings();
        if (servers.origin() == Origin.GIVEN) {
            Provisioning.migrate(settings);
        }
        if (grantTo != null) {
            Provisioning.grant(settings.postgres(), grantTo);
        }
        surroundings
                .out()
                .println("Postgres at " + settings.postgres().address() + " and Kafka at " + settings.kafkaServers()
                        + " are ready");
        return ExitCode.COMPLETED;
    }
}
