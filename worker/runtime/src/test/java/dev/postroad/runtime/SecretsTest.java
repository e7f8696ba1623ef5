package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Topics;
import dev.postroad.runtime.config.WorkerSettings;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TraceReceiver;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Secrets are known by their name alone, whatever happens: they are looked for wherever anything is kept or told. */
@NullMarked
class SecretsTest {
    /** A server of tools that tells its environment, where npm has installed it. */
    private static final Path PROGRAM = Path.of(
            System.getenv().getOrDefault("POSTROAD_TEST_EVERYTHING", "nowhere"),
            "node_modules/@modelcontextprotocol/server-everything/dist/index.js");

    private static final List<String> BEHAVIOURS = Stream.of(
                    "fine",
                    "streams",
                    "fails",
                    "garbage",
                    "moved",
                    "llm",
                    "llm-breaks-off",
                    "llm-cut",
                    "mcp",
                    "mcp-program",
                    "doubtful")
            .filter(behaviour -> !behaviour.equals("mcp-program") || Files.exists(PROGRAM))
            .toList();
    private static final CountDownLatch OVER = new CountDownLatch(1);
    private static final String SECRET = "s3cret-";
    private static final String TOKEN = SECRET + "of-the-http-api";
    private static final String THIEF =
            "agent: thief\nkind: http\nurl: http://127.0.0.1:1/\nheaders: { A: \"${env:PGPASSWORD}\" }";
    private static final String THIEF_AS_JSON =
            "{'agent': 'thief', 'kind': 'http', 'url': 'http://127.0.0.1:1/', 'headers': {'A': '${env:PGPASSWORD}'}}";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void noSecretIsFoundInPostgresKafkaLogsErrorsEventsOrAnswers() throws Exception {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger ours = (Logger) LoggerFactory.getLogger("dev.postroad");
        Level before = root.getLevel();
        log.start();
        root.addAppender(log);
        root.setLevel(Level.INFO);
        ours.setLevel(Level.TRACE);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", SecretsTest::echo);
        server.start();
        try (TraceReceiver receiver = TraceReceiver.open();
                Site site = Site.open()) {
            List<String> told =
                    act(site, "http://127.0.0.1:" + server.getAddress().getPort(), receiver);
            assertThat(told).as("answers").hasSizeGreaterThan(8).noneMatch(text -> text.contains(SECRET));
            assertThat(tables(site))
                    .as("Postgres")
                    .hasSizeGreaterThan(20)
                    .anyMatch(row -> row.contains("***"))
                    .noneMatch(row -> row.contains(SECRET));
            assertThat(site.records(site.topics().agentTasks("far")).stream().map(SecretsTest::text))
                    .as("what an agent on Kafka is handed")
                    .anyMatch(record -> record.contains("***"));
            assertThat(told)
                    .as("an agent in doubt is asked")
                    .anyMatch(text -> text.contains("asked-again") || text.contains("cannot serve one who"));
            assertThat(records(site))
                    .as("Kafka")
                    .hasSizeGreaterThan(20)
                    .anyMatch(record -> record.contains("***"))
                    .noneMatch(record -> record.contains(SECRET));
            site.stopWorkers();
            assertThat(receiver.spans().stream().map(Span::toString))
                    .as("traces")
                    .hasSizeGreaterThan(20)
                    .anyMatch(span -> span.contains("***"))
                    .noneMatch(span -> span.contains(SECRET));
        } finally {
            OVER.countDown();
            server.stop(0);
            threads.close();
            root.detachAppender(log);
            root.setLevel(before);
            ours.setLevel(null);
        }
        assertThat(List.copyOf(log.list)).as("logs").isNotEmpty().noneMatch(SecretsTest::tells);
    }

    /** Has agents succeed and fail in all ways in which a server can echo what it was sent; gives what was answered. */
    private List<String> act(Site site, String server, TraceReceiver receiver) throws IOException {
        Path secrets = Files.createDirectory(folder.resolve("secrets"));
        Files.writeString(secrets.resolve("echo-key"), SECRET + "of-a-file\n");
        Path token = Files.writeString(folder.resolve("token"), TOKEN + "\n");
        Map<String, String> environment = new LinkedHashMap<>(receiver.settings());
        environment.put("POSTROAD_TRACE_CONTENT", "true");
        environment.put("OTEL_EXPORTER_OTLP_HEADERS", "x-key=" + SECRET + "of-a-receiver");
        environment.put("POSTROAD_AGENT_ECHO_KEY", SECRET + "of-a-variable");
        environment.put("PGPASSWORD", SECRET + "of-postgres");
        environment.put("POSTROAD_SECRETS_DIR", secrets.toString());
        environment.put("POSTROAD_HTTP_TOKEN_FILE", token.toString());
        environment.put("POSTROAD_POSTGRES_PASSWORD", SECRET + "of-postgres");
        environment.put("POSTROAD_KAFKA_SSL_KEY_PASSWORD", SECRET + "of-kafka");
        environment.put("POSTROAD_LLM_BASE_URL", server + "/llm");
        environment.put("POSTROAD_LLM_API_KEY", SECRET + "of-a-model");
        environment.put("POSTROAD_LLM_MODEL", "m-1");
        environment.put("POSTROAD_MCP_COMMANDS", "node");
        List<String> told = new ArrayList<>();
        told.add(site.settings(environment).toString());
        told.add(refused(site, environment, "POSTROAD_HTTP_TOKEN", TOKEN));
        told.add(refused(site, environment, "POSTROAD_GRUOP", "x"));
        told.add(refused(site, environment, "POSTROAD_POSTGRES_PASSWORD_FILE", folder + "/none"));
        Worker worker = site.worker(environment);
        for (String behaviour : BEHAVIOURS) {
            site.apply(agent(behaviour, server));
            site.apply("""
                    graph: %1$s-graph
                    state: { n: {}, echo: {} }
                    nodes: { ask: { agent: %1$s, output: "{'n': 1, 'echo': result}" } }
                    edges: [ { from: START, to: ask }, { from: ask, to: END } ]
                    """.formatted(behaviour));
        }
        site.apply("agent: lost\nkind: http\nurl: http://127.0.0.1:1/\nheaders: { A: \"${env:POSTROAD_AGENT_X}\" }");
        site.apply(THIEF);
        site.apply("agent: spy\nkind: http\nurl: http://169.254.169.254/latest/meta-data");
        site.apply("agent: sly\nkind: http\nurl: http://127.0.0.1:1/\nheaders: { A: \"${file:../token}\" }");
        site.apply("""
                agent: far
                kind: kafka
                ---
                graph: far-graph
                state: { echo: {} }
                nodes:
                  ask: { agent: fine, output: "{'echo': result}" }
                  far: { agent: far }
                edges: [ { from: START, to: ask }, { from: ask, to: far }, { from: far, to: END } ]
                """);
        Site.await(
                "the graphs are there",
                () -> site.number("SELECT count(*) FROM postroad.graphs") == BEHAVIOURS.size() + 1);
        site.trigger("far-graph", "run-far", "{}");
        for (String behaviour : BEHAVIOURS) {
            site.trigger(behaviour + "-graph", "run-" + behaviour, "{}");
        }
        site.journalWith("run-far", event -> event.type() == EventType.NODE_WAITING);
        Site.await("four are refused", () -> site.number("SELECT count(*) FROM postroad.refused_definitions") == 4);
        Site.await(
                "an answer's lines are stored",
                () -> site.number("SELECT count(*) FROM postroad.agent_logs WHERE message LIKE 'was sent%'") == 2);
        try (Caller caller = new Caller(worker.httpPort())) {
            for (String behaviour : BEHAVIOURS) {
                site.ended("run-" + behaviour);
                for (String what : List.of("", "/events", "/logs", "/state")) {
                    told.add(get(caller, "/api/runs/run-" + behaviour + what));
                }
            }
            if (BEHAVIOURS.contains("mcp-program")) {
                assertThat(get(caller, "/api/runs/run-mcp-program/state"))
                        .as("what a program tells of its environment")
                        .contains("A_VARIABLE", "A_FILE", "***")
                        .as("of the worker's own it finds nothing")
                        .doesNotContain("JAVA_HOME", "POSTROAD_");
            }
            Caller.Reply refused = caller.send(
                    "POST",
                    "/api/registry",
                    THIEF_AS_JSON,
                    "Content-Type",
                    "application/json",
                    "Authorization",
                    "Bearer " + TOKEN);
            assertThat(refused.status()).as(refused.text()).isEqualTo(400);
            told.add(refused.text());
            for (String path :
                    List.of("/health", "/metrics", "/api/agents", "/api/graphs", "/api/agents/fails/events")) {
                told.add(get(caller, path));
            }
        }
        return told;
    }

    private static String agent(String behaviour, String server) {
        String retry = "retry: { maxAttempts: 2, backoff: PT0.01S }\n";
        if (behaviour.equals("llm")) {
            return "agent: llm\nkind: llm\nprompt: Say something\n" + retry;
        }
        if (behaviour.equals("mcp-program")) {
            return """
                    agent: mcp-program
                    kind: mcp
                    tool: get-env
                    command: [node, "%s", stdio]
                    env: { A_VARIABLE: "${env:POSTROAD_AGENT_ECHO_KEY}", A_FILE: "${file:echo-key}" }
                    """.formatted(PROGRAM) + retry;
        }
        if (behaviour.equals("mcp")) {
            return """
                    agent: mcp
                    kind: mcp
                    tool: say
                    url: %s/mcp
                    headers: { X-Variable: "Bearer ${env:POSTROAD_AGENT_ECHO_KEY}", X-File: "${file:echo-key}" }
                    """.formatted(server) + retry;
        }
        if (behaviour.startsWith("llm")) {
            return """
                    agent: %1$s
                    kind: llm
                    baseUrl: %2$s/%1$s
                    apiKey: "${file:echo-key}"
                    fallback: { provider: anthropic, baseUrl: "%2$s/%1$s", apiKey: "${env:POSTROAD_AGENT_ECHO_KEY}" }
                    """.formatted(behaviour, server) + retry;
        }
        if (behaviour.equals("doubtful")) {
            retry += "timeout: PT0.3S\nreconcile: " + server + "/asked-again\n";
        }
        return """
                agent: %1$s
                kind: http
                url: %2$s/%1$s
                headers: { X-Variable: "Bearer ${env:POSTROAD_AGENT_ECHO_KEY}", X-File: "${file:echo-key}" }
                """.formatted(behaviour, server) + retry;
    }

    private static String get(Caller caller, String path) {
        Caller.Reply reply = caller.get(path, "Authorization", "Bearer " + TOKEN);
        assertThat(reply.status()).as(path).isEqualTo(200);
        return reply.text();
    }

    private static String refused(Site site, Map<String, String> environment, String name, String value) {
        Map<String, String> wrong = new LinkedHashMap<>(environment);
        wrong.put(name, value);
        try {
            throw new AssertionError(WorkerSettings.read(site.environment(wrong)) + " were taken");
        } catch (FaultsException faults) {
            return String.valueOf(faults.getMessage());
        }
    }

    /** Answers with all headers that it was sent. */
    private static void echo(HttpExchange exchange) throws IOException {
        try (exchange) {
            String sent = exchange.getRequestHeaders().values().toString().replace("\"", "");
            String path = exchange.getRequestURI().getPath();
            String behaviour = path.split("/", 3)[1];
            if (behaviour.equals("doubtful")) {
                // Until its time is over, after which it is asked what came of it.
                OVER.await();
            }
            int status = switch (behaviour) {
                case "fine", "streams", "garbage", "llm-breaks-off", "llm-cut" -> 200;
                case "moved" -> 302;
                default -> 503;
            };
            if (behaviour.startsWith("llm-")) {
                exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            }
            String body = switch (behaviour) {
                case "fine" ->
                    "{\"output\": \"%1$s\", \"logs\": [{\"message\": \"was sent %1$s\", \"fields\": {\"sent\": \"%1$s\"}}]}"
                            .formatted(sent);
                case "streams" -> {
                    // The secret of a variable begins in one chunk and ends in another.
                    int half = sent.indexOf("of-a-variable");
                    yield "{\"chunk\": \"was sent %s\"}\n{\"chunk\": \"%s\"}\n{\"output\": {\"sent\": [\"%s\"]}}\n"
                            .formatted(sent.substring(0, half + 4), sent.substring(half + 4), sent);
                }
                case "llm-breaks-off" -> "data: {\"error\": {\"message\": \"who sends " + sent + "\"}}\n\n";
                case "llm-cut" -> "Internal Server Error, as one sent " + sent;
                case "garbage" -> "{\"output\": {}, \"" + sent + "\": }";
                default -> "{\"error\": {\"message\": \"cannot serve one who sends " + sent + "\"}}";
            };
            if (status == 302) {
                exchange.getResponseHeaders().add("Location", "/elsewhere?" + sent.replaceAll("[^A-Za-z0-9-]", ""));
            }
            if (behaviour.equals("streams")) {
                exchange.getResponseHeaders().add("Content-Type", "application/x-ndjson");
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    private static List<String> tables(Site site) {
        return site.sql().withHandle(handle -> {
            List<String> rows = new ArrayList<>();
            handle.createQuery("""
                            SELECT table_name FROM information_schema.tables
                            WHERE table_schema = 'postroad' AND table_type = 'BASE TABLE'""")
                    .mapTo(String.class)
                    .list()
                    .forEach(table ->
                            rows.addAll(handle.createQuery("SELECT row::text FROM postroad.\"" + table + "\" AS row")
                                    .mapTo(String.class)
                                    .list()));
            return rows;
        });
    }

    private static List<String> records(Site site) {
        Topics topics = site.topics();
        return List.of(
                        topics.events(),
                        topics.output(),
                        topics.deadLetters(),
                        topics.registry(),
                        topics.agentEvents(),
                        topics.triggers(),
                        topics.control(),
                        topics.agentTasks("far"),
                        topics.agentResults())
                .stream()
                .flatMap(topic -> site.records(topic).stream())
                .map(SecretsTest::text)
                .toList();
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        StringBuilder text = new StringBuilder();
        for (byte[] part : new byte[][] {record.key(), record.value()}) {
            text.append(part == null ? "" : new String(part, StandardCharsets.UTF_8));
        }
        record.headers().forEach(header -> text.append(new String(header.value(), StandardCharsets.UTF_8)));
        return text.toString();
    }

    private static boolean tells(ILoggingEvent event) {
        return event.getFormattedMessage().contains(SECRET)
                || (event.getThrowableProxy() != null
                        && ThrowableProxyUtil.asString(event.getThrowableProxy())
                                .contains(SECRET));
    }
}
