package dev.postroad.runtime.config;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything that an operator can set about a worker.
 *
 * @param kafka properties of Kafka's clients, {@code bootstrap.servers} among them
 * @param group the consumer group that shares the shards among workers
 * @param partitions of the topics that are made anew
 * @param http where the worker answers over HTTP, and whom
 * @param maxRuns the most runs in flight at once
 * @param lanes the threads that step runs
 * @param maxValueBytes the longest value of a record that is read
 * @param sessionTimeout how long Kafka waits for a silent worker before others read its partitions
 * @param lease how long a worker gives no sign before others take its shards
 * @param drain how long calls under way have to end when a worker is stopped
 * @param startLimit how long a start waits for servers that are not there yet
 * @param metricsRetention how long it is known how agents fared
 * @param logRetention how long the logs of runs are kept
 * @param retention how long ended runs are kept, and their ids after that
 * @param pendingCommands how long a command is kept for a run that has not come
 * @param traces where spans go, and what they show
 * @param workerId what this process is called in tables and logs
 */
public record WorkerSettings(
        Map<String, String> kafka,
        Topics topics,
        String group,
        int partitions,
        PostgresSettings postgres,
        ListenSettings http,
        int maxRuns,
        int lanes,
        int maxValueBytes,
        Duration sessionTimeout,
        Duration lease,
        Duration drain,
        Duration startLimit,
        Duration metricsRetention,
        Duration logRetention,
        RetentionSettings retention,
        Duration pendingCommands,
        AgentEnvironment agents,
        TraceSettings traces,
        String workerId) {
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    private static final String NAME_RULE = "1 to 100 of A-Z a-z 0-9 . _ -";
    private static final Pattern URL = Pattern.compile("https?://\\S+");

    public WorkerSettings {
        kafka = Map.copyOf(kafka);
    }

    /**
     * Reads the settings of a worker.
     *
     * @throws FaultsException with everything that is wrong, each by the name of its variable
     */
    public static WorkerSettings read(Map<String, String> environment) throws FaultsException {
        return read(Variables.of(environment));
    }

    /** Reads the settings of a worker; see {@link #read(Map)}. */
    public static WorkerSettings read(Variables variables) throws FaultsException {
        SettingReader reader = new SettingReader(variables);
        KafkaSettings kafka = KafkaSettings.read(variables, reader);
        int maxValueBytes = reader.whole(Setting.MAX_VALUE_BYTES, 1 << 10, 1 << 26);
        var settings = new WorkerSettings(
                kafka.properties(),
                kafka.topics(),
                reader.matching(Setting.GROUP, NAME, NAME_RULE),
                reader.whole(Setting.PARTITIONS, 1, 10_000),
                PostgresSettings.read(reader),
                ListenSettings.read(reader),
                reader.whole(Setting.MAX_RUNS, 1, 1_000_000),
                reader.whole(Setting.LANES, 1, 256),
                maxValueBytes,
                reader.duration(Setting.SESSION_TIMEOUT, Duration.ofSeconds(1), Duration.ofMinutes(30)),
                reader.duration(Setting.LEASE, Duration.ofSeconds(1), Duration.ofMinutes(10)),
                reader.duration(Setting.DRAIN, Duration.ZERO, Duration.ofHours(1)),
                reader.duration(Setting.START_LIMIT, Duration.ofSeconds(1), Duration.ofHours(1)),
                reader.duration(Setting.METRICS_RETENTION, Duration.ofHours(1), Duration.ofDays(3_650)),
                reader.duration(Setting.LOG_RETENTION, Duration.ofHours(1), Duration.ofDays(3_650)),
                RetentionSettings.read(reader),
                reader.duration(Setting.PENDING_COMMANDS, Duration.ofSeconds(1), Duration.ofDays(3_650)),
                agents(variables, reader, maxValueBytes),
                TraceSettings.read(variables, reader),
                workerId(reader));
        LogFormat.check(reader);
        reader.throwFaults();
        return settings;
    }

    private static AgentEnvironment agents(Variables variables, SettingReader reader, int maxAnswerBytes) {
        String baseUrl = reader.matching(Setting.LLM_BASE_URL, URL, "an address like https://api.openai.com/v1");
        String model = variables.value(Setting.LLM_MODEL).orElse("");
        String apiKey = reader.text(Setting.LLM_API_KEY);
        if (apiKey != null && variables.given(Setting.LLM_BASE_URL).isEmpty()) {
            reader.fault(
                    Setting.LLM_API_KEY,
                    "is set without the server that it is for",
                    "set " + Setting.LLM_BASE_URL.variable() + " too");
        }
        AgentEnvironment environment = AgentEnvironment.of(variables.ofOthers(), InstantSource.system())
                .withMaxAnswerBytes(maxAnswerBytes);
        return new AgentEnvironment(
                baseUrl.isEmpty() ? null : baseUrl,
                apiKey,
                model,
                environment.connectTimeout(),
                maxAnswerBytes,
                reader.folder(Setting.PLUGIN_DIR),
                reader.folder(Setting.SECRETS_DIR),
                environment.variables(),
                programs(reader.text(Setting.MCP_COMMANDS)),
                environment.clock(),
                ReachSettings.secrets(variables, reader),
                ReachSettings.reach(reader));
    }

    private static Set<String> programs(@Nullable String list) {
        return list == null
                ? Set.of()
                : COMMA.splitAsStream(list)
                        .map(String::strip)
                        .filter(program -> !program.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static String workerId(SettingReader reader) {
        String given = reader.matching(Setting.WORKER_ID, NAME, NAME_RULE);
        return given.isEmpty() ? ProcessName.unique() : given;
    }

    /** The address that the worker listens on. */
    public String httpHost() {
        return http.host();
    }

    /** The addresses of Kafka, for messages. */
    public String kafkaServers() {
        return kafka.getOrDefault("bootstrap.servers", "");
    }

    /** Leaves out Kafka's properties, which may hold secrets. */
    @Override
    public String toString() {
        return "WorkerSettings[" + workerId + ", Kafka " + kafkaServers() + ", " + topics + ", group " + group
                + ", " + partitions + " partitions, " + postgres + ", " + http
                + ", " + maxRuns + " runs, " + lanes + " lanes, " + maxValueBytes + " bytes, " + sessionTimeout
                + ", " + agents + "]";
    }
}
