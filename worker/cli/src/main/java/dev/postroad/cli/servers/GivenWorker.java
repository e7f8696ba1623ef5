package dev.postroad.cli.servers;

import dev.postroad.cli.shell.BrokenProcess;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.LogFormat;
import dev.postroad.runtime.config.Variables;
import dev.postroad.runtime.config.WorkerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker on servers that the settings name. */
public final class GivenWorker {
    private static final Logger LOG = LoggerFactory.getLogger(GivenWorker.class);

    private GivenWorker() {}

    /**
     * Starts a worker that the shutdown stops.
     *
     * @throws FaultsException where settings are wrong or missing
     */
    public static void start(Surroundings surroundings) throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(surroundings.environment());
        Worker worker = Worker.start(settings);
        worker.whenBroken(_ -> BrokenProcess.end());
        surroundings.shutdown().add(worker::close);
        worker.whenDrained(surroundings.shutdown()::run);
        String told = "worker " + settings.workerId() + " on Kafka " + settings.kafkaServers() + " and Postgres "
                + settings.postgres().address() + ", " + (settings.http().tls() == null ? "HTTP" : "HTTPS") + " on "
                + settings.httpHost() + ":" + worker.httpPort();
        if (LogFormat.of(Variables.of(surroundings.environment())) == LogFormat.JSON) {
            // Where machines read, a line that is not theirs would be an error.
            LOG.info(told);
        } else {
            surroundings.say(told);
        }
    }
}
