package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.observe.LibraryMeters;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Tools;
import dev.postroad.runtime.testing.Tools.Answer;
import dev.postroad.runtime.testing.WorkerProcess;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What describes us is what the tools of strangers accept; the tools themselves say so. All of them look at the same time,
 * and the tests wait for what each has to say.
 */
@NullMarked
final class DescriptionsTest {
    private static final Path DESCRIPTIONS = Path.of("..", "..", "contracts", "src", "main", "resources", "postroad")
            .toAbsolutePath();
    private static final Path OBSERVE =
            Path.of("..", "..", "scripts", "observe").toAbsolutePath();
    private static final Path OPERATIONS = Path.of("..", "..", "contracts", "OPERATIONS.md");
    private static final Pattern METRIC = Pattern.compile("\\b(postroad|jvm|process|hikaricp|kafka)_\\w+");
    private static final String NO_PROMTOOL = "skipped: promtool is not installed; Debian's package prometheus has it";
    private static final String OPENAPI = "openapi.json";
    private static final String PROMETHEUS_ACCEPTS =
            "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    @TempDir
    private static Path folder = Path.of("");

    private static final Tools TOOLS = Tools.install();
    private static final Site SITE = Site.open();

    private static CompletableFuture<Answer> redocly = new CompletableFuture<>();
    private static CompletableFuture<Answer> redoclyOfTheFile = new CompletableFuture<>();
    private static CompletableFuture<Answer> spectral = new CompletableFuture<>();
    private static CompletableFuture<Answer> ajv = new CompletableFuture<>();
    private static CompletableFuture<Answer> asyncapi = new CompletableFuture<>();
    private static CompletableFuture<Answer> kubernetes = new CompletableFuture<>();
    private static CompletableFuture<Answer> kafkajs = new CompletableFuture<>();
    private static String page = "";
    private static Reply openMetrics = new Reply(0, "", "");

    @BeforeAll
    static void start() throws IOException {
        ajv = TOOLS.run("ajv", DESCRIPTIONS.resolve("schemas"));
        asyncapi = TOOLS.run("asyncapi", DESCRIPTIONS.resolve("asyncapi.yaml"));
        redoclyOfTheFile = TOOLS.run("redocly", DESCRIPTIONS.resolve(OPENAPI));
        kubernetes = TOOLS.run("kubernetes", OBSERVE.resolveSibling("kubernetes"));
        // What the README tells users of clients that know no lz4.
        Worker worker = SITE.worker(Map.of(
                "POSTROAD_KAFKA_COMPRESSION_TYPE",
                "gzip",
                // Its metrics are watched too.
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "http://127.0.0.1:9"));
        SITE.apply("""
            graph: described
            state: { n: {} }
            nodes: { echo: { agent: test-echo } }
            edges: [ { from: START, to: echo }, { from: echo, to: END } ]
            """);
        Site.await("the graph is there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 1);
        SITE.trigger("described", "one", "{\"n\": 1}");
        SITE.ended("one");
        try (Caller caller = new Caller(worker.httpPort())) {
            Path served = Files.writeString(
                    folder.resolve(OPENAPI), caller.get("/openapi.json").text());
            redocly = TOOLS.run("redocly", served);
            spectral = TOOLS.run("spectral", served);
            page = caller.get("/metrics").text();
            openMetrics = caller.get("/metrics", "Accept", PROMETHEUS_ACCEPTS);
        }
        kafkajs = TOOLS.run(
                "kafkajs", Servers.get().kafkaBootstrapServers(), SITE.topics().events(), "one");
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    @Test
    void redoclyFindsNothingInTheHttpApi() {
        TOOLS.await();
        assertThat(Tools.lines(redocly)).isEmpty();
        assertThat(Tools.lines(redoclyOfTheFile)).as("as it lies in contracts").isEmpty();
    }

    @Test
    void spectralFindsNothingInTheHttpApi() {
        TOOLS.await();
        assertThat(Tools.lines(spectral)).isEmpty();
    }

    @Test
    void ajvCompilesAllSchemasStrictly() {
        TOOLS.await();
        assertThat(Tools.lines(ajv)).isEmpty();
    }

    @Test
    void theParserOfAsyncApiFindsNothingInTheTopics() {
        TOOLS.await();
        assertThat(Tools.lines(asyncapi)).isEmpty();
    }

    @Test
    void theManifestsFitTheSchemasOfKubernetesAndKeda() {
        TOOLS.await();
        assertThat(Tools.lines(kubernetes)).isEmpty();
    }

    /** Whoever knows only what is not there takes the time of receipt for that of an event: it is {@code at}, in its data. */
    @Test
    void kafkajsAndTheSdkOfCloudEventsReadWhatAWorkerPublishes() {
        TOOLS.await();
        List<RunEvent> journal = SITE.journal("one");
        assertThat(Tools.lines(kafkajs))
                .containsExactlyElementsOf(journal.stream()
                        .map(event -> "one/%d dev.postroad.%s postroad %s"
                                .formatted(
                                        event.seq(),
                                        event.type().publicName(),
                                        event.type().publicName()))
                        .toList());
    }

    @Test
    void whoAcceptsOpenMetricsGetsThem() {
        assertThat(openMetrics.type()).isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assertThat(openMetrics.text()).endsWith("# EOF\n").contains("postroad_transitions_total{");
    }

    /** Kafka's consumers tell of topics with dots in their names twice. */
    @Test
    void theFiguresOfAPartitionOfKafkaAreThereOnce() {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new LibraryMeters(SITE.topics().prefix()));
        List<TopicPartition> partitions = IntStream.range(0, 4)
                .mapToObj(shard -> new TopicPartition(SITE.topics().triggers(), shard))
                .toList();
        try (var consumer = new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers", Servers.get().kafkaBootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
                var meters = new KafkaClientMetrics(consumer)) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Site.await(
                    "the trigger is read",
                    () -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            meters.bindTo(registry);
            List<String> lags = registry.scrape()
                    .lines()
                    .filter(line -> line.startsWith("kafka_consumer_fetch_manager_records_lag{"))
                    .map(line -> line.replaceAll(".*partition=\"([0-9]+)\".*", "$1"))
                    .toList();
            assertThat(lags).contains(Integer.toString(SITE.shardOf("one"))).doesNotHaveDuplicates();
        }
    }

    @Test
    void promtoolFindsNothingInTheMetrics() {
        assumeTrue(Tools.hasAll("promtool"), NO_PROMTOOL);
        Answer answer =
                Tools.start(List.of("promtool", "check", "metrics"), page).join();
        assertThat(answer.lines()).isEmpty();
        assertThat(answer.exit()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check rules alerts.yml",
                "test rules alerts-test.yml",
                "check config --syntax-only prometheus.yml"
            })
    void promtoolAcceptsTheAlerts(String arguments) {
        assumeTrue(Tools.hasAll("promtool"), NO_PROMTOOL);
        String[] words = arguments.split(" ");
        words[words.length - 1] = OBSERVE.resolve(words[words.length - 1]).toString();
        List<String> command =
                Stream.concat(Stream.of("promtool"), Arrays.stream(words)).toList();
        Answer answer = Tools.start(command, "").join();
        assertThat(answer.exit()).as(answer.text()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alerts.yml", "grafana/dashboards/postroad.json"})
    void whatIsWatchedIsExportedByAWorker(String file) throws IOException {
        Set<String> exported = page.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toSet());
        Set<String> watched = METRIC.matcher(Files.readString(OBSERVE.resolve(file)))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toSet());
        assertThat(watched).hasSizeGreaterThan(10);
        assertThat(exported).containsAll(watched);
    }

    @Test
    void operatorsAreToldWhatToDoAboutEachAlert() throws IOException {
        List<String> alerts = found(Files.readString(OBSERVE.resolve("alerts.yml")), "- alert: (\\w+)");
        String page = Files.readString(OPERATIONS);
        assertThat(found(page, "(?m)^### (Postroad\\w+)$")).containsExactlyElementsOf(alerts);
        assertThat(found(Files.readString(OBSERVE.resolve("alerts.yml")), "OPERATIONS.md#(\\w+)"))
                .containsExactlyElementsOf(alerts.stream()
                        .map(alert -> alert.toLowerCase(Locale.ROOT))
                        .toList());
    }

    /** A tag can be moved to another image, a digest cannot. */
    @Test
    void everyImageOfOthersHasADigest() throws IOException {
        String image = "(?m)^ *(?:image:|FROM|ARG BASE=|BASE:) *([a-z/-]+)(?=[:\\n])";
        Path root = Path.of("..", "..");
        List<String> images = new ArrayList<>(found(Files.readString(root.resolve("docker-compose.yml")), image));
        images.addAll(found(Files.readString(root.resolve("worker/Dockerfile")), image));
        String pinned = Files.readString(root.resolve("scripts/digests.yml"));
        assertThat(found(pinned, image)).hasSize(5).containsExactlyInAnyOrderElementsOf(without(images, "postroad"));
        assertThat(found(pinned, "([a-z/-]+:[\\w.-]+@sha256:[0-9a-f]{64})(?=\\n)"))
                .hasSize(5);
    }

    /** docker-compose 1.29 hands the inner one on as it is written, so that Prometheus was refused by every worker. */
    @Test
    void noVariableStandsWithinAnotherForDockerCompose() throws IOException {
        assertThat(found(Files.readString(Path.of("..", "..", "docker-compose.yml")), "((?<!\\$)\\$\\{[^}]*\\$\\{.*)"))
                .isEmpty();
    }

    private static List<String> without(List<String> images, String ours) {
        return images.stream().filter(name -> !name.equals(ours)).toList();
    }

    private static List<String> found(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"java", "python", "typescript-fetch"})
    void openApiGeneratorMakesAClient(String language) throws IOException {
        String generator =
                System.getProperty("postroad.generator", System.getenv().getOrDefault("POSTROAD_TEST_GENERATOR", ""));
        assumeTrue(
                Files.isRegularFile(Path.of(generator)),
                "skipped: CONTRIBUTING.md says how to name the jar of openapi-generator");
        assumeTrue(
                !language.equals("typescript-fetch") || Tools.hasAll("tsc"),
                "skipped: tsc, of npm's package typescript, is not on the path");
        Path client = Files.createTempDirectory(folder, language);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String served = folder.resolve(OPENAPI).toString();
        Answer answer = Tools.start(
                        List.of(
                                java,
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-jar",
                                generator,
                                "generate",
                                "-g",
                                language,
                                "-i",
                                served,
                                "-o",
                                client.toString(),
                                language.equals("java")
                                        ? "--additional-properties=library=native,openApiNullable=false,useJakartaEe=true"
                                        : "--additional-properties=x=y"),
                        "")
                .join();
        assertThat(answer.exit()).as(answer.text()).isZero();
        Answer compiled = Tools.start(compiler(language, generator, client), "").join();
        assertThat(compiled.exit()).as(compiled.text()).isZero();
    }

    private static List<String> compiler(String language, String generator, Path client) throws IOException {
        if (language.equals("python")) {
            return List.of("python3", "-m", "compileall", "-q", client.toString());
        }
        if (language.equals("typescript-fetch")) {
            return List.of(
                    "tsc",
                    "--noEmit",
                    "--strict",
                    "--target",
                    "es2022",
                    "--module",
                    "esnext",
                    "--moduleResolution",
                    "bundler",
                    "--lib",
                    "es2022,dom",
                    client.resolve("index.ts").toString());
        }
        // The generator's jar holds what of Jackson the client needs besides.
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-nowarn",
                "-proc:none",
                "-d",
                client.resolve("classes").toString(),
                "-cp",
                WorkerProcess.classPath() + File.pathSeparator + generator));
        try (Stream<Path> files = Files.walk(client.resolve("src/main/java"))) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(command::add);
        }
        return command;
    }
}
