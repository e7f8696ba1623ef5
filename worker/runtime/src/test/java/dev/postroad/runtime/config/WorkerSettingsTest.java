package dev.postroad.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.access.TokenSettings;
import dev.postroad.runtime.testing.TestCertificate;
import dev.postroad.runtime.testing.TestCertificate.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class WorkerSettingsTest {
    private static final Path PAGE = Path.of("..", "..", "contracts", "OPERATIONS.md");
    private static final Map<String, String> LEAST = Map.of(
            "POSTROAD_KAFKA_BOOTSTRAP_SERVERS", "k:9092", "POSTROAD_POSTGRES_URL", "jdbc:postgresql://p/postroad");

    /** Operators have these names and defaults in their files: a change breaks them. */
    @Test
    void hasTheseNamesAndDefaults() {
        assertThat(Arrays.stream(Setting.values())
                        .map(setting ->
                                setting.variable() + "=" + setting.unlessSet().orElse("")))
                .containsExactly(
                        "POSTROAD_CONFIG=",
                        "POSTROAD_DATA_DIR=.postroad",
                        "POSTROAD_JAVA_OPTS=",
                        "POSTROAD_KAFKA_BOOTSTRAP_SERVERS=",
                        "POSTROAD_TOPIC_PREFIX=postroad.",
                        "POSTROAD_GROUP=postroad",
                        "POSTROAD_PARTITIONS=12",
                        "POSTROAD_POSTGRES_URL=",
                        "POSTROAD_POSTGRES_USER=postroad",
                        "POSTROAD_POSTGRES_PASSWORD=",
                        "POSTROAD_POSTGRES_POOLER=none",
                        "POSTROAD_POSTGRES_SESSION_URL=",
                        "POSTROAD_HTTP_HOST=127.0.0.1",
                        "POSTROAD_HTTP_PORT=8080",
                        "POSTROAD_HTTP_TOKEN=",
                        "POSTROAD_HTTP_TOKENS=",
                        "POSTROAD_HTTP_TOKENS_FILE=",
                        "POSTROAD_HTTP_TLS_CERT=",
                        "POSTROAD_HTTP_TLS_KEY=",
                        "POSTROAD_HTTP_TLS_CA=",
                        "POSTROAD_HTTP_CONNECTIONS=2100",
                        "POSTROAD_HTTP_TIMEOUT=PT1M",
                        "POSTROAD_MAX_RUNS=1000",
                        "POSTROAD_LANES=2",
                        "POSTROAD_MAX_VALUE_BYTES=1048576",
                        "POSTROAD_SESSION_TIMEOUT=PT6S",
                        "POSTROAD_LEASE=PT3S",
                        "POSTROAD_DRAIN=PT20S",
                        "POSTROAD_START_LIMIT=PT1M",
                        "POSTROAD_METRICS_RETENTION=P30D",
                        "POSTROAD_LOG_RETENTION=P7D",
                        "POSTROAD_LOG_FORMAT=text",
                        "POSTROAD_RETENTION=",
                        "POSTROAD_ARCHIVE=none",
                        "POSTROAD_ARCHIVE_DIR=",
                        "POSTROAD_PRUNED_IDS=P7D",
                        "POSTROAD_PENDING_COMMANDS=PT24H",
                        "POSTROAD_LLM_BASE_URL=",
                        "POSTROAD_LLM_API_KEY=",
                        "POSTROAD_LLM_MODEL=",
                        "POSTROAD_PLUGIN_DIR=",
                        "POSTROAD_SECRETS_DIR=",
                        "POSTROAD_MCP_COMMANDS=",
                        "POSTROAD_SECRETS=",
                        "POSTROAD_AGENT_HOSTS=",
                        "POSTROAD_TRACE_CONTENT=false",
                        "POSTROAD_TRACE_LINK=",
                        "POSTROAD_WORKER_ID=");
    }

    /**
     * The page for operators, whose last column people write: a new setting needs a row with its meaning there. The others are
     * written by this test, with {@code -Dpostroad.settings=write}.
     */
    @Test
    void operatorsAreToldOfEachSettingWithItsDefaultAndWhatItMayBe() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf('\n', page.indexOf("<!-- The settings")) + 1;
        int end = page.indexOf("<!-- The end of the settings");
        Map<String, String> meanings = page.substring(begin, end)
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split(" \\| "))
                .collect(Collectors.toMap(
                        cells -> cells[0].replaceAll("[|` ]", ""), cells -> cells[cells.length - 1].replace(" |", "")));
        String table = Arrays.stream(Setting.values())
                .map(setting -> row(setting, meanings.getOrDefault(setting.variable(), "")))
                .collect(Collectors.joining(
                        "", "| setting | unless set | what it may be | meaning |\n| --- | --- | --- | --- |\n", ""));
        if ("write".equals(System.getProperty("postroad.settings"))) {
            Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
        }
        assertThat(meanings).doesNotContainValue("");
        assertThat(page.substring(begin, end))
                .as("run this test with -Dpostroad.settings=write, and write the meaning of what is new")
                .isEqualTo(table);
    }

    private static String row(Setting setting, String meaning) {
        String unlessSet = setting.unlessSet().map(value -> "`" + value + "`").orElse("–");
        return "| `" + setting.variable() + "` | " + unlessSet + " | " + rule(setting) + " | " + meaning + " |\n";
    }

    /** What the code that reads it says to who sets it to nonsense. */
    private static String rule(Setting setting) {
        if (setting == Setting.CONFIG) {
            return "a file";
        }
        try {
            WorkerSettings.read(with(Map.of(setting.variable(), "? no such value ?")));
            return "any text";
        } catch (FaultsException faults) {
            return faults.faults().stream()
                    .filter(fault -> fault.place().equals(setting.variable()))
                    .map(Fault::remedy)
                    .map(remedy -> remedy.equals("make it, or name another") ? "a folder that can be read" : remedy)
                    .map(remedy ->
                            remedy.replaceFirst("^(use|give|name|write) ", "").replace("|", "\\|"))
                    .findFirst()
                    .orElse("any text");
        }
    }

    @Test
    void readsTheLeastThatAWorkerNeeds() throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(LEAST);
        assertThat(settings.kafka()).containsExactly(Map.entry("bootstrap.servers", "k:9092"));
        assertThat(settings.topics().triggers()).isEqualTo("postroad.triggers");
        assertThat(settings.group()).isEqualTo("postroad");
        assertThat(settings.partitions()).isEqualTo(12);
        assertThat(settings.postgres())
                .isEqualTo(new PostgresSettings("jdbc:postgresql://p/postroad", "postroad", null));
        assertThat(settings.http())
                .isEqualTo(new ListenSettings("127.0.0.1", 8080, TokenSettings.NONE, null, CallerLimits.DEFAULT));
        assertThat(settings.maxRuns()).isEqualTo(1000);
        assertThat(settings.lanes()).isEqualTo(2);
        assertThat(settings.maxValueBytes()).isEqualTo(1 << 20);
        assertThat(settings.sessionTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(settings.startLimit()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.metricsRetention()).isEqualTo(Duration.ofDays(30));
        assertThat(settings.logRetention()).isEqualTo(Duration.ofDays(7));
        assertThat(settings.pendingCommands()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.agents().defaultLlmBaseUrl()).isNull();
        assertThat(settings.workerId()).contains("-" + ProcessHandle.current().pid() + "-");
    }

    @Test
    void givesOtherVariablesOfKafkaToItsClients() throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(with(Map.of(
                "POSTROAD_KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                "POSTROAD_KAFKA_SOME_PLUGIN_S_OWN", "x",
                "KAFKA_HEAP_OPTS", "-Xmx1g")));
        assertThat(settings.kafka())
                .containsOnly(
                        Map.entry("bootstrap.servers", "k:9092"),
                        Map.entry("security.protocol", "SASL_SSL"),
                        Map.entry("some.plugin.s.own", "x"));
    }

    @Test
    void reportsEverythingAtOnce() {
        Map<String, String> wrong = with(Map.of(
                "POSTROAD_LANE", "2",
                "POSTROAD_PARTITIONS", "many",
                "POSTROAD_HTTP_PORT", "70000",
                "POSTROAD_SESSION_TIMEOUT", "6s",
                "POSTROAD_POSTGRES_URL", "postgres://p"));
        assertThatThrownBy(() -> WorkerSettings.read(wrong))
                .isInstanceOfSatisfying(
                        FaultsException.class,
                        report -> assertThat(report.faults())
                                .extracting(Fault::place)
                                .containsExactly(
                                        "POSTROAD_LANE",
                                        "POSTROAD_PARTITIONS",
                                        "POSTROAD_POSTGRES_URL",
                                        "POSTROAD_HTTP_PORT",
                                        "POSTROAD_SESSION_TIMEOUT"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POSTROAD_LANE | 3 | POSTROAD_LANE: is no setting of Postroad; did you mean POSTROAD_LANES?",
                "POSTROAD_KAFKA_BOOTSTRAP_SERVER | k | POSTROAD_KAFKA_BOOTSTRAP_SERVER: is no property of Kafka's"
                        + " clients; did you mean POSTROAD_KAFKA_BOOTSTRAP_SERVERS?",
                "POSTROAD_KAFKA_GROUP_ID | g | POSTROAD_KAFKA_GROUP_ID: is not for Kafka's clients; set POSTROAD_GROUP",
                "POSTROAD_PARTITIONS | 0 | POSTROAD_PARTITIONS: is \"0\"; use a whole number from 1 to 10000",
                "POSTROAD_SESSION_TIMEOUT | 6s | POSTROAD_SESSION_TIMEOUT: is \"6s\"; use an ISO-8601 duration from"
                        + " PT1S to PT30M",
                "POSTROAD_POSTGRES_POOLER | session | POSTROAD_POSTGRES_POOLER: is \"session\"; use none or"
                        + " transaction",
                "POSTROAD_POSTGRES_SESSION_URL | postgres://p | POSTROAD_POSTGRES_SESSION_URL: does not start with"
                        + " jdbc:postgresql:; give a JDBC address such as jdbc:postgresql://localhost:5432/postroad",
                "POSTROAD_TOPIC_PREFIX | a/b | POSTROAD_TOPIC_PREFIX: is \"a/b\"; use at most 80 of A-Z a-z 0-9 . _ -",
                "POSTROAD_HTTP_HOST | 0.0.0.0 | POSTROAD_HTTP_TOKEN: is not set, and others than this machine reach"
                        + " 0.0.0.0; set it to a secret, or POSTROAD_HTTP_TOKENS to lines that postroad token prints, or listen"
                        + " on 127.0.0.1",
                "POSTROAD_HTTP_TOKEN | too short | POSTROAD_HTTP_TOKEN: is no token; use 16 to 1000 letters, digits"
                        + " and signs of ASCII, without spaces",
                "POSTROAD_PLUGIN_DIR | /no/such/folder | POSTROAD_PLUGIN_DIR: is \"/no/such/folder\", which is no"
                        + " folder that can be read; make it, or name another",
                "POSTROAD_RETENTION | 30 days | POSTROAD_RETENTION: is \"30 days\"; use an ISO-8601 duration from PT1S to"
                        + " PT876000H",
                "POSTROAD_ARCHIVE | s3 | POSTROAD_ARCHIVE: is \"s3\"; use none, kafka or files",
                "POSTROAD_ARCHIVE | files | POSTROAD_ARCHIVE_DIR: is not set; name a folder that this worker can write to",
                "POSTROAD_LOG_FORMAT | xml | POSTROAD_LOG_FORMAT: is \"xml\"; use text or json",
                "POSTROAD_SECRETS | STRIPE_KEY | POSTROAD_SECRETS: has an entry that is neither env:NAME nor file:NAME; list what"
                        + " definitions may refer to, such as env:STRIPE_*, file:agents/*",
                "POSTROAD_AGENT_HOSTS | a/b | POSTROAD_AGENT_HOSTS: has an entry that is neither a host, such as *.internal:443, nor a network, such as 10.0.0.0/8; list where agents may be, such as *.internal:443, 10.0.0.0/8",
                "POSTROAD_TRACE_CONTENT | yes | POSTROAD_TRACE_CONTENT: is \"yes\"; use true or false",
                "POSTROAD_TRACE_LINK | https://jaeger/ | POSTROAD_TRACE_LINK: is \"https://jaeger/\"; use an address with"
                        + " {traceId} in it, like https://jaeger/trace/{traceId}",
                "OTEL_EXPORTER_OTLP_ENDPOINT | collector:4318 | OTEL_EXPORTER_OTLP_ENDPOINT: is no address; use one"
                        + " like http://collector:4318",
                "POSTROAD_LLM_API_KEY | k | POSTROAD_LLM_API_KEY: is set without the server that it is for; set"
                        + " POSTROAD_LLM_BASE_URL too",
            })
    void saysWhatToDo(String variable, String value, String message) {
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of(variable, value))))
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"})
    void listensWithoutATokenToThisMachineAlone(String host) throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(with(Map.of("POSTROAD_HTTP_HOST", host)));
        assertThat(settings.http().tokens().areAsked()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "worker-1", "127.0.0.1.example.com", "localhost.example.com", "10.0.0.1"})
    void listensToOthersWithATokenAlone(String host) throws FaultsException {
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_HTTP_HOST", host))))
                .hasMessageStartingWith("POSTROAD_HTTP_TOKEN: is not set, and others than this machine reach " + host);
        WorkerSettings settings = WorkerSettings.read(
                with(Map.of("POSTROAD_HTTP_HOST", host, "POSTROAD_HTTP_TOKEN", "0123456789abcdef")));
        assertThat(settings.http().tokens().shared()).isEqualTo("0123456789abcdef");
    }

    @Test
    void wantsACertificateWithItsKey(@TempDir Path folder) throws FaultsException, IOException {
        Path certificate = folder.resolve("tls.crt");
        Path key = folder.resolve("tls.key");
        TestCertificate made = TestCertificate.of(Kind.EC, "worker");
        made.write(certificate, key);
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_HTTP_TLS_CERT", certificate.toString()))))
                .hasMessage("POSTROAD_HTTP_TLS_KEY: is not set, and POSTROAD_HTTP_TLS_CERT is; set both, for a"
                        + " certificate and its private key, or none");
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_HTTP_TLS_KEY", key.toString()))))
                .hasMessage("POSTROAD_HTTP_TLS_CERT: is not set, and POSTROAD_HTTP_TLS_KEY is; set both, for a"
                        + " certificate and its private key, or none");
        Map<String, String> both =
                Map.of("POSTROAD_HTTP_TLS_CERT", certificate.toString(), "POSTROAD_HTTP_TLS_KEY", key.toString());
        ListenSettings http = WorkerSettings.read(with(both)).http();
        assertThat(http.address(8443)).isEqualTo("https://127.0.0.1:8443");
        assertThat(http.toString())
                .endsWith(", TLS as CN=worker until "
                        + made.certificate().getNotAfter().toInstant());
        Files.writeString(key, "no key");
        assertThatThrownBy(() -> WorkerSettings.read(with(both)))
                .hasMessage(
                        "POSTROAD_HTTP_TLS_KEY: is \"" + key + "\", which has no private key; name a PEM file with a"
                                + " block -----BEGIN PRIVATE KEY-----");
        Files.delete(key);
        assertThatThrownBy(() -> WorkerSettings.read(with(both)))
                .hasMessage("POSTROAD_HTTP_TLS_KEY: is \"" + key + "\", which is no file that can be read; name a PEM"
                        + " file with the private key of the certificate");
    }

    @Test
    void saysWhatIsMissing() {
        assertThatThrownBy(() -> WorkerSettings.read(Map.of())).hasMessage("""
            POSTROAD_KAFKA_BOOTSTRAP_SERVERS: is not set; give addresses of Kafka such as localhost:9092
            POSTROAD_POSTGRES_URL: is not set; give a JDBC address such as jdbc:postgresql://localhost:5432/postroad\
            """);
    }

    @Test
    void takesTheFileButLetsTheEnvironmentWin(@TempDir Path folder) throws IOException, FaultsException {
        Path file = Files.writeString(folder.resolve("postroad.conf"), """
            POSTROAD_GROUP=of-file
            POSTROAD_LANES=4
            """);
        WorkerSettings settings = WorkerSettings.read(
                with(Map.of("POSTROAD_CONFIG", file.toString(), "POSTROAD_GROUP", "of-environment")));
        assertThat(settings.group()).isEqualTo("of-environment");
        assertThat(settings.lanes()).isEqualTo(4);
    }

    @Test
    void reportsUnknownNamesOfTheFileToo(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("postroad.conf"), "GROUP=x");
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_CONFIG", file.toString()))))
                .hasMessageStartingWith("GROUP: is no setting of Postroad");
    }

    @Test
    void reportsAFileThatIsNotThere() {
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_CONFIG", "/no/such/file"))))
                .hasMessageStartingWith("POSTROAD_CONFIG: names /no/such/file, which cannot be read");
    }

    @Test
    void passesOverWhatKubernetesSetsForAServiceOfOurName() throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(with(Map.of(
                "POSTROAD_SERVICE_HOST", "10.0.0.1",
                "POSTROAD_SERVICE_PORT_HTTP", "8080",
                "POSTROAD_PORT", "tcp://10.0.0.1:8080",
                "POSTROAD_HTTP_PORT", "tcp://10.0.0.1:8080",
                "POSTROAD_PORT_8080_TCP_ADDR", "10.0.0.1")));
        assertThat(settings.http().port()).isEqualTo(8080);
    }

    @Test
    void takesPlugInsFromAFolderThatIsThere(@TempDir Path folder) throws IOException, FaultsException {
        assertThat(WorkerSettings.read(LEAST).agents().pluginFolder()).isNull();
        assertThat(WorkerSettings.read(with(Map.of("POSTROAD_PLUGIN_DIR", folder.toString())))
                        .agents()
                        .pluginFolder())
                .isEqualTo(folder);
        Path file = Files.createFile(folder.resolve("a.jar"));
        assertThatThrownBy(() -> WorkerSettings.read(with(Map.of("POSTROAD_PLUGIN_DIR", file.toString()))))
                .hasMessageStartingWith("POSTROAD_PLUGIN_DIR: is \"" + file + "\", which is no folder");
    }

    @Test
    void takesABlankValueForNone() throws FaultsException {
        assertThat(WorkerSettings.read(with(Map.of("POSTROAD_GROUP", " "))).group())
                .isEqualTo("postroad");
    }

    @Test
    void tellsNoSecretsToLogsOrAgents() throws FaultsException {
        WorkerSettings settings = WorkerSettings.read(with(Map.of(
                "POSTROAD_POSTGRES_URL", "jdbc:postgresql://p/postroad?user=u&password=hidden",
                "POSTROAD_POSTGRES_PASSWORD", "hidden",
                "POSTROAD_KAFKA_SASL_JAAS_CONFIG", "hidden",
                "POSTROAD_HTTP_TOKEN", "hidden-0123456789",
                "POSTROAD_LLM_BASE_URL", "http://llm",
                "POSTROAD_LLM_API_KEY", "hidden",
                "TOKEN", "theirs")));
        assertThat(settings.toString()).doesNotContain("hidden", "theirs");
        assertThat(settings.postgres().toString()).doesNotContain("hidden");
        assertThat(settings.agents().variables()).containsOnly(Map.entry("TOKEN", "theirs"));
    }

    private static Map<String, String> with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(LEAST);
        all.putAll(more);
        return all;
    }
}
