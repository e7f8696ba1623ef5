package dev.postroad.runtime.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings that have a name of their own; what stands behind {@value #KAFKA_PREFIX} goes to Kafka's clients. */
public enum Setting {
    CONFIG,
    DATA_DIR(".postroad"),
    JAVA_OPTS,
    KAFKA_BOOTSTRAP_SERVERS,
    TOPIC_PREFIX("postroad."),
    GROUP("postroad"),
    PARTITIONS("12"),
    POSTGRES_URL,
    POSTGRES_USER("postroad"),
    POSTGRES_PASSWORD,
    POSTGRES_POOLER("none"),
    POSTGRES_SESSION_URL,
    HTTP_HOST("127.0.0.1"),
    HTTP_PORT("8080"),
    HTTP_TOKEN,
    HTTP_TOKENS,
    HTTP_TOKENS_FILE,
    HTTP_TLS_CERT,
    HTTP_TLS_KEY,
    HTTP_TLS_CA,
    HTTP_CONNECTIONS("2100"),
    HTTP_TIMEOUT("PT1M"),
    MAX_RUNS("1000"),
    LANES("2"),
    MAX_VALUE_BYTES("1048576"),
    SESSION_TIMEOUT("PT6S"),
    LEASE("PT3S"),
    DRAIN("PT20S"),
    START_LIMIT("PT1M"),
    METRICS_RETENTION("P30D"),
    LOG_RETENTION("P7D"),
    LOG_FORMAT("text"),
    RETENTION,
    ARCHIVE("none"),
    ARCHIVE_DIR,
    PRUNED_IDS("P7D"),
    PENDING_COMMANDS("PT24H"),
    LLM_BASE_URL,
    LLM_API_KEY,
    LLM_MODEL,
    PLUGIN_DIR,
    SECRETS_DIR,
    MCP_COMMANDS,
    SECRETS,
    AGENT_HOSTS,
    TRACE_CONTENT("false"),
    TRACE_LINK,
    WORKER_ID;

    /** What the name of every variable starts with. */
    public static final String PREFIX = "POSTROAD_";

    /** What the names of variables for Kafka's clients start with. */
    public static final String KAFKA_PREFIX = "POSTROAD_KAFKA_";

    /** What the names of variables end with that name a file with a secret. */
    static final String FILE_SUFFIX = "_FILE";

    private final @Nullable String unlessSet;

    Setting() {
        this(null);
    }

    Setting(@Nullable String unlessSet) {
        this.unlessSet = unlessSet;
    }

    /** The variable, such as {@code POSTROAD_GROUP}. */
    public String variable() {
        return PREFIX + name();
    }

    /** The value where none is set. */
    public Optional<String> unlessSet() {
        return Optional.ofNullable(unlessSet);
    }

    /** Those whose values may stand in a file that the variable with {@value #FILE_SUFFIX} behind its name names. */
    static List<String> secrets() {
        return List.of(
                POSTGRES_PASSWORD.variable(),
                HTTP_TOKEN.variable(),
                LLM_API_KEY.variable(),
                KAFKA_PREFIX + "SASL_JAAS_CONFIG",
                KAFKA_PREFIX + "SSL_KEY_PASSWORD",
                KAFKA_PREFIX + "SSL_KEYSTORE_PASSWORD",
                KAFKA_PREFIX + "SSL_TRUSTSTORE_PASSWORD");
    }

    static boolean isKnown(String variable) {
        return Arrays.stream(values()).anyMatch(setting -> setting.variable().equals(variable));
    }
}
