package dev.postroad.cli.servers;

import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.config.KafkaSettings;
import dev.postroad.runtime.config.PostgresSettings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.database.SingleConnections;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.agents.AgentEventLog;
import dev.postroad.runtime.history.agents.AgentMetrics;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import dev.postroad.runtime.history.past.RunLog;
import dev.postroad.runtime.history.reasons.RunDiagnosis;
import dev.postroad.runtime.history.workers.WorkerRegister;
import dev.postroad.runtime.retention.RequestedRuns;
import dev.postroad.runtime.retention.RoomOfRuns;
import dev.postroad.runtime.retention.RunExport;
import dev.postroad.runtime.retention.RunImport;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleListing;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.postgres.PostgresPlugin;

/**
 * The servers of one command: those that the settings name, or embedded ones. What was opened is closed by the
 * surroundings' shutdown. Thread-safe.
 */
public final class Servers {
    /** What a prune would free is summed up over all runs. */
    private static final Duration LONGEST_ANSWER = Duration.ofHours(1);

    private final Surroundings surroundings;
    private final Variables variables;
    private final Origin origin;

    private Servers(Surroundings surroundings, Variables variables, Origin origin) {
        this.surroundings = surroundings;
        this.variables = variables;
        this.origin = origin;
    }

    /** Where servers come from. */
    public enum Origin {
        /** The settings name them. */
        GIVEN,
        /** This process runs them. */
        EMBEDDED_HERE,
        /** Another process runs them for the same directory. */
        EMBEDDED_ELSEWHERE
    }

    /**
     * Finds or starts what is needed.
     *
     * @throws FaultsException where settings are wrong
     */
    public static Servers open(Surroundings surroundings, Need need) throws FaultsException {
        Variables variables = Variables.of(surroundings.environment());
        boolean kafkaGiven = variables.given(Setting.KAFKA_BOOTSTRAP_SERVERS).isPresent();
        boolean postgresGiven = variables.given(Setting.POSTGRES_URL).isPresent();
        if (kafkaGiven || (postgresGiven && need == Need.POSTGRES)) {
            return new Servers(surroundings, variables, Origin.GIVEN);
        }
        if (postgresGiven) {
            throw CommandException.usage("POSTROAD_POSTGRES_URL is set but POSTROAD_KAFKA_BOOTSTRAP_SERVERS is not; "
                    + "set both, or neither to use embedded servers");
        }
        // A command that only looks is in nobody's way, so that any free port will do.
        Embedded embedded = Embedded.open(surroundings, variables, EmbeddedPorts.free());
        embedded.prepare(need);
        return of(surroundings, embedded);
    }

    static Servers of(Surroundings surroundings, Embedded embedded) {
        return new Servers(surroundings, embedded.variables(), embedded.origin());
    }

    public Origin origin() {
        return origin;
    }

    /** Where embedded servers keep their data; empty where the settings name servers. */
    public Optional<Path> embeddedData() {
        return origin == Origin.GIVEN ? Optional.empty() : Optional.of(DataDirectory.of(surroundings, variables));
    }

    /** A client that is closed by the shutdown. */
    public PostroadClient client() throws FaultsException {
        KafkaSettings kafka = KafkaSettings.read(variables);
        var client = new PostroadClient(kafka.properties(), kafka.topics());
        surroundings.shutdown().add(client::close);
        return client;
    }

    /** What Postgres holds of runs. */
    public RunHistory history() throws FaultsException {
        return new RunHistory(database());
    }

    /** Why runs stand as they stand. */
    public RunDiagnosis diagnosis() throws FaultsException {
        return new RunDiagnosis(database());
    }

    /** What Postgres knows of workers. */
    public WorkerRegister workers() throws FaultsException {
        return new WorkerRegister(database());
    }

    /** What Postgres holds of graphs and agents. */
    public PublishedDefinitions definitions() throws FaultsException {
        return new PublishedDefinitions(database());
    }

    /** What Postgres holds of how agents fare. */
    public AgentMetrics agentMetrics() throws FaultsException {
        return new AgentMetrics(database());
    }

    /** What Postgres holds of what happened to agents. */
    public AgentEventLog agentEvents() throws FaultsException {
        return new AgentEventLog(database());
    }

    /** What Postgres holds of what was logged about runs. */
    public RunLog runLog() throws FaultsException {
        return new RunLog(database());
    }

    /** Has workers delete ended runs. */
    public RequestedRuns requestedRuns() throws FaultsException {
        return new RequestedRuns(postgres());
    }

    /** What is done to many runs at once. */
    public Bulks bulks() throws FaultsException {
        return new Bulks(postgres());
    }

    /** How much room runs take. */
    public RoomOfRuns roomOfRuns() throws FaultsException {
        return new RoomOfRuns(postgres());
    }

    /** Writes ended runs out. */
    public RunExport runExport() throws FaultsException {
        return new RunExport(database());
    }

    /** Brings runs back. */
    public RunImport runImport() throws FaultsException {
        return new RunImport(database());
    }

    private DataSource database() throws FaultsException {
        return SingleConnections.to(PostgresSettings.read(variables), LONGEST_ANSWER);
    }

    private Jdbi postgres() throws FaultsException {
        return Jdbi.create(database()).installPlugin(new PostgresPlugin());
    }

    /** Disables and enables agents. */
    public AgentSwitch agentSwitch() throws FaultsException {
        return new AgentSwitch(
                Jdbi.create(database()), new AgentEvents(null, surroundings.clock()), surroundings.clock());
    }

    /** What Postgres holds of schedules. */
    public ScheduleListing schedules() throws FaultsException {
        return new ScheduleListing(database(), surroundings.clock());
    }

    /** Steers schedules. */
    public ScheduleControl scheduleControl() throws FaultsException {
        return new ScheduleControl(Jdbi.create(database()), null, surroundings.clock());
    }

    /** Everything that a worker would be told. */
    public WorkerSettings workerSettings() throws FaultsException {
        return WorkerSettings.read(variables);
    }
}
