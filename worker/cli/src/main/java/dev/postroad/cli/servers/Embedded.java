package dev.postroad.cli.servers;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.embedded.EmbeddedServers;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.provisioning.Provisioning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Embedded servers, and a worker on them where this process runs them. */
public final class Embedded {
    private static final String SIMULATED_MODEL = "simulated";
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final Surroundings surroundings;
    private final EmbeddedServers servers;
    private final Variables variables;

    private Embedded(Surroundings surroundings, EmbeddedServers servers, Variables variables) {
        this.surroundings = surroundings;
        this.servers = servers;
        this.variables = variables;
    }

    /**
     * Starts servers on the data directory, or joins those that another process runs there.
     *
     * @throws FaultsException where settings are wrong
     */
    public static Embedded open(Surroundings surroundings, Variables given, EmbeddedPorts ports)
            throws FaultsException {
        // Before the seconds that a start takes.
        WorkerSettings.read(at("127.0.0.1:1", "jdbc:postgresql:postroad", "postroad", given));
        Path data = DataDirectory.of(surroundings, given);
        if (!Files.exists(DataDirectory.addresses(surroundings, given))) {
            surroundings.say("starting the embedded Kafka and Postgres in " + data);
        }
        EmbeddedServers servers = EmbeddedServers.startOrJoin(data, ports);
        surroundings.shutdown().add(servers::close);
        Variables variables =
                at(servers.kafkaBootstrapServers(), servers.postgresUrl(), servers.postgresUser(), given);
        return new Embedded(surroundings, servers, withModel(servers.llmBaseUrl(), variables));
    }

    private static Variables at(String kafka, String postgresUrl, String postgresUser, Variables given) {
        Variables variables = given.with(Setting.KAFKA_BOOTSTRAP_SERVERS, kafka)
                .with(Setting.POSTGRES_URL, postgresUrl)
                .with(Setting.POSTGRES_USER, postgresUser);
        // Workers of several commands at once are not to compete for one port.
        return given.given(Setting.HTTP_PORT).isPresent() ? variables : variables.with(Setting.HTTP_PORT, "0");
    }

    /** The simulated model stands in only where the user says nothing about another. */
    private static Variables withModel(String llmBaseUrl, Variables variables) {
        boolean anotherIsSet = variables.given(Setting.LLM_BASE_URL).isPresent()
                || variables.given(Setting.LLM_API_KEY).isPresent();
        if (anotherIsSet) {
            return variables;
        }
        Variables simulated = variables.with(Setting.LLM_BASE_URL, llmBaseUrl);
        return simulated.given(Setting.LLM_MODEL).isPresent()
                ? simulated
                : simulated.with(Setting.LLM_MODEL, SIMULATED_MODEL);
    }

    /** Makes schema and topics, and starts a worker where this process runs the servers. */
    public void prepare(Need need) throws FaultsException {
        switch (need) {
            case POSTGRES -> Provisioning.migrateSchema(PostgresSettings.read(variables));
            case WORKER -> {
                WorkerSettings settings = WorkerSettings.read(variables);
                Provisioning.migrate(settings);
                if (servers.owned()) {
                    start(settings);
                }
            }
        }
    }

    private void start(WorkerSettings settings) {
        Worker worker = Worker.start(settings);
        surroundings.shutdown().add(worker::close);
        if (!Await.until(READY_LIMIT, worker::isReady)) {
            throw CommandException.failed(
                    "the worker is not ready within " + READY_LIMIT.toSeconds() + " s; see the messages above");
        }
        servers.announceHttp("http://" + settings.httpHost() + ":" + worker.httpPort());
    }

    /** What a command works with. */
    public Servers servers() {
        return Servers.of(surroundings, this);
    }

    /** Where the servers listen. */
    public EmbeddedServers addresses() {
        return servers;
    }

    Variables variables() {
        return variables;
    }

    /** Who runs the servers. */
    public Origin origin() {
        return servers.owned() ? Origin.EMBEDDED_HERE : Origin.EMBEDDED_ELSEWHERE;
    }
}
