package dev.postroad.cli.servers;

import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;

/** A worker on servers that the settings name. */
public final class GivenWorker {
    private GivenWorker() {}

    /**
     * Starts a worker that the shutdown stops.
     *
     * @throws FaultsException where settings are wrong or missing
     */
    public static void start(Surroundings surroundings) throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(surroundings.environment());
        Worker worker = Worker.start(settings);
        surroundings.shutdown().add(worker::close);
        surroundings.say("worker " + settings.workerId() + " on Kafka " + settings.kafkaServers() + " and Postgres "
                + settings.postgres().address() + ", HTTP on " + settings.httpHost() + ":" + worker.httpPort());
    }
}
