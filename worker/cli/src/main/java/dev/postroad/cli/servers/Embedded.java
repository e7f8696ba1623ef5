package dev.postroad.cli.servers;

import dev.postroad.cli.servers.Servers.Origin;
import dev.postroad.cli.shell.BrokenProcess;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.DataFolder;
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
import java.util.Optional;

/** Embedded servers, and a worker on them where this process runs them. */
public final class Embedded {
    private static final String SIMULATED_MODEL = "simulated";
    private static final Duration WHILE_OTHERS_STOP = Duration.ofMillis(100);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    private final Surroundings surroundings;
    private final Path data;
    private final EmbeddedServers servers;
    private final Variables variables;

    private Embedded(Surroundings surroundings, Path data, EmbeddedServers servers, Variables variables) {
        this.surroundings = surroundings;
        this.data = data;
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
        if (!Files.exists(DataDirectory.addressFile(data))) {
            surroundings.say("starting the embedded Kafka and Postgres in " + data);
        }
        if (DataFolder.keepPrivate(data)) {
            surroundings.say("others on this machine could read " + data + "; now only its owner can");
        }
        EmbeddedServers servers = startOrJoin(surroundings, data, ports);
        Variables variables = at(servers.kafkaBootstrapServers(), servers.postgresUrl(), servers.postgresUser(), given);
        return new Embedded(surroundings, data, servers, withPlugins(data, withModel(servers.llmBaseUrl(), variables)));
    }

    /** Joins only servers that cannot stop as long as this command goes on. */
    private static EmbeddedServers startOrJoin(Surroundings surroundings, Path data, EmbeddedPorts ports) {
        while (!surroundings.shutdown().hasBegun()) {
            EmbeddedServers servers = EmbeddedServers.startOrJoin(data, ports);
            surroundings.shutdown().add(servers::close);
            if (servers.owned()) {
                return servers;
            }
            Optional<UseLock> share = UseLock.share(data);
            if (share.isPresent() && Files.exists(DataDirectory.addressFile(data))) {
                surroundings.shutdown().add(share.get()::close);
                return servers;
            }
            share.ifPresent(UseLock::close);
            // They are about to stop, or have just done so; then it is for us to start them.
            Await.until(WHILE_OTHERS_STOP, () -> false);
        }
        throw CommandException.failed("stopped while waiting for the embedded servers of another command");
    }

    private static Variables at(String kafka, String postgresUrl, String postgresUser, Variables given) {
        Variables variables = given.with(Setting.KAFKA_BOOTSTRAP_SERVERS, kafka)
                .with(Setting.POSTGRES_URL, postgresUrl)
                .with(Setting.POSTGRES_USER, postgresUser);
        if (given.given(Setting.DRAIN).isEmpty()) {
            // There is no other worker that their answers could be for.
            variables = variables.with(Setting.DRAIN, "PT0S");
        }
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

    private static Variables withPlugins(Path data, Variables variables) {
        if (variables.given(Setting.PLUGIN_DIR).isPresent()) {
            return variables;
        }
        return variables.with(
                Setting.PLUGIN_DIR, DataDirectory.pluginsMadeIfAbsent(data).toString());
    }

    /** Makes schema and topics, and starts a worker where this process runs the servers. */
    public void prepare(Need need) throws FaultsException {
        boolean anotherHasPrepared = !servers.owned() && servers.httpAddress().isPresent();
        if (anotherHasPrepared) {
            return;
        }
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
        if (servers.owned()) {
            surroundings.shutdown().add(this::awaitOtherUsers);
        }
    }

    /** Other commands may have joined in the meantime; only who presses Ctrl-C stops the servers under them. */
    private void awaitOtherUsers() {
        Optional<UseLock> whole = UseLock.whole(data);
        if (whole.isEmpty() && !surroundings.shutdown().isSignalled()) {
            surroundings.say(
                    "another command uses the embedded servers of this one, which waits for it; Ctrl-C stops them");
            while (whole.isEmpty() && !surroundings.shutdown().isSignalled()) {
                Await.until(BETWEEN_LOOKS, () -> false);
                whole = UseLock.whole(data);
            }
        }
        // Held until the servers have stopped, so that nobody joins them now.
        whole.ifPresent(lock -> surroundings.shutdown().addLast(lock::close));
    }

    private void start(WorkerSettings settings) {
        Worker worker = Worker.start(settings);
        worker.whenBroken(_ -> BrokenProcess.end());
        surroundings.shutdown().add(worker::close);
        if (!Await.until(READY_LIMIT, worker::isReady)) {
            throw CommandException.failed(
                    "the worker is not ready within " + READY_LIMIT.toSeconds() + " s; see the messages above");
        }
        servers.announceHttp(settings.http().address(worker.httpPort()));
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
