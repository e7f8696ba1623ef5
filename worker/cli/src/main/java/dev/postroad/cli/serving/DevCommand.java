package dev.postroad.cli.serving;

import dev.postroad.cli.definitions.DefinitionFile;
import dev.postroad.cli.definitions.Examples;
import dev.postroad.cli.logging.ConsoleFilter;
import dev.postroad.cli.servers.Embedded;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "dev",
        description = "Run everything on 127.0.0.1: Kafka, Postgres, a simulated model and a worker, until Ctrl-C.")
final class DevCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--kafka-port", paramLabel = "PORT", description = "9092 by default; 0 for any free one.")
    private int kafkaPort = 9092;

    @Option(names = "--postgres-port", paramLabel = "PORT", description = "5433 by default; 0 for any free one.")
    private int postgresPort = 5433;

    @Option(names = "--model-port", paramLabel = "PORT", description = "Any free one by default.")
    private int modelPort;

    @Option(names = "--http-port", paramLabel = "PORT", description = "8080 by default; 0 for any free one.")
    private int httpPort = 8080;

    DevCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        ConsoleFilter.tellWhatHappens();
        Variables variables = Variables.of(surroundings.environment());
        refuseGivenServers(variables);
        Embedded embedded =
                Embedded.open(surroundings, variables.with(Setting.HTTP_PORT, String.valueOf(httpPort)), ports());
        if (embedded.origin() == Origin.EMBEDDED_ELSEWHERE) {
            throw CommandException.failed("another process runs the embedded servers of this directory already; use"
                    + " them, or name another directory by POSTROAD_DATA_DIR");
        }
        embedded.prepare(Need.WORKER);
        Servers servers = embedded.servers();
        publishExamples(servers);
        Welcome.lines(embedded.addresses(), servers.workerSettings().topics()).forEach(surroundings::print);
        surroundings.shutdown().await();
        return ExitCode.COMPLETED;
    }

    /** An example that needs what is not set up is no reason not to start. */
    private void publishExamples(Servers servers) throws FaultsException {
        PostroadClient client = servers.client();
        for (DefinitionFile example : Examples.bundled()) {
            try {
                Examples.publish(example, client, servers);
            } catch (CommandException failed) {
                surroundings.say("the example " + example.name() + " is left out: " + failed.getMessage());
            }
        }
    }

    private static void refuseGivenServers(Variables variables) {
        for (Setting given : new Setting[] {Setting.KAFKA_BOOTSTRAP_SERVERS, Setting.POSTGRES_URL}) {
            if (variables.given(given).isPresent()) {
                throw CommandException.usage(given.variable()
                        + " is set, but `postroad dev` brings its own servers; unset it, or run `postroad worker`");
            }
        }
    }

    private EmbeddedPorts ports() {
        try {
            return new EmbeddedPorts(kafkaPort, postgresPort, modelPort);
        } catch (IllegalArgumentException unfit) {
            throw CommandException.usage(String.valueOf(unfit.getMessage()));
        }
    }
}
