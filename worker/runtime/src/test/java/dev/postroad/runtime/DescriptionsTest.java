package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Tools;
import dev.postroad.runtime.testing.Tools.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What describes us is what the tools of strangers accept; the tools themselves say so. All of them look at the same time,
 * and the tests wait for what each has to say.
 */
@NullMarked
final class DescriptionsTest {
    private static final Path DESCRIPTIONS =
            Path.of("..", "..", "contracts", "src", "main", "resources", "postroad").toAbsolutePath();
    private static final String OPENAPI = "openapi.json";

    @TempDir
    private static Path folder = Path.of("");

    private static final Tools TOOLS = Tools.install();
    private static final Site SITE = Site.open();

    private static CompletableFuture<Answer> redocly = new CompletableFuture<>();
    private static CompletableFuture<Answer> redoclyOfTheFile = new CompletableFuture<>();
    private static CompletableFuture<Answer> spectral = new CompletableFuture<>();
    private static CompletableFuture<Answer> ajv = new CompletableFuture<>();
    private static CompletableFuture<Answer> asyncapi = new CompletableFuture<>();
    private static CompletableFuture<Answer> kafkajs = new CompletableFuture<>();
    private static String page = "";

    @BeforeAll
    static void start() throws IOException {
        ajv = TOOLS.run("ajv", DESCRIPTIONS.resolve("schemas"));
        asyncapi = TOOLS.run("asyncapi", DESCRIPTIONS.resolve("asyncapi.yaml"));
        redoclyOfTheFile = TOOLS.run("redocly", DESCRIPTIONS.resolve(OPENAPI));
        // What the README tells users of clients that know no lz4.
        Worker worker = SITE.worker(Map.of("POSTROAD_KAFKA_COMPRESSION_TYPE", "gzip"));
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
    void promtoolFindsNothingInTheMetrics() throws IOException {
        assumeTrue(Tools.hasAll("promtool"), "skipped: promtool is not installed; Debian's package prometheus has it");
        String dump = System.getProperty("postroad.page");
        if (dump != null) {
            Files.writeString(Path.of(dump), page);
        }
        Answer answer =
                Tools.start(List.of("promtool", "check", "metrics"), page).join();
        assertThat(answer.lines()).isEmpty();
        assertThat(answer.exit()).isZero();
    }
}
