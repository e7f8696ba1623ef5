package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What scripts/observe holds, as Prometheus itself has it of a worker; run where a Prometheus is named. */
@NullMarked
final class PrometheusTest {
    private static final Path OBSERVE = Path.of("..", "..", "scripts", "observe");
    private static final String TOKEN = "0123456789-abcdef";

    @TempDir
    private Path folder = Path.of("");

    private int port;

    @Test
    void everyRuleAndEveryPanelIsEvaluatedOverTheMetricsOfAWorker() throws IOException {
        String program = System.getProperty("postroad.prometheus", "");
        assumeTrue(!program.isEmpty(), "skipped: CONTRIBUTING.md says how to name a Prometheus");
        try (Site site = Site.open()) {
            Worker worker = site.worker(Map.of("POSTROAD_HTTP_TOKEN", TOKEN));
            site.apply("""
                graph: quick
                state: { n: {} }
                nodes: { echo: { agent: test-echo } }
                edges: [ { from: START, to: echo }, { from: echo, to: END } ]
                """);
            site.trigger("quick", "one", "{'n': 1}");
            site.ended("one");
            Process prometheus = start(program, worker.httpPort());
            try (Caller caller = new Caller(port)) {
                areEvaluated(caller);
            } finally {
                prometheus.destroyForcibly();
            }
        }
    }

    /** As docker-compose starts it, but for where the workers are, and more often. */
    private Process start(String program, int worker) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path token = Files.writeString(folder.resolve("token"), TOKEN);
        String settings = Files.readString(OBSERVE.resolve("prometheus.yml"))
                .replace("/tmp/postroad-token", token.toString())
                .replace("interval: 10s", "interval: 1s")
                .replaceFirst("(?s)dns_sd_configs:.*", "static_configs: [{ targets: ['127.0.0.1:" + worker + "'] }]\n");
        Files.writeString(folder.resolve("prometheus.yml"), settings);
        Files.copy(OBSERVE.resolve("alerts.yml"), folder.resolve("alerts.yml"));
        return new ProcessBuilder(
                        program,
                        "--config.file=" + folder.resolve("prometheus.yml"),
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private void areEvaluated(Caller prometheus) throws IOException {
        // It answers with a text before it has looked through what it has stored.
        Site.await("it is ready", () -> prometheus.get("/-/ready").status() == 200);
        Site.await(
                "it has seen the worker more than once", () -> isAnswered(prometheus, "count_over_time(up[1m]) > 3"));
        Site.await(
                "the rules are evaluated",
                () -> rules(prometheus).stream()
                        .noneMatch(rule -> rule.path("health").asText().equals("unknown")));
        List<JsonNode> rules = rules(prometheus);
        assertThat(rules).hasSizeGreaterThan(15);
        assertThat(rules)
                .allSatisfy(rule -> assertThat(rule.path("health").asText())
                        .as(rule.toString())
                        .isEqualTo("ok"));
        assertThat(rules)
                .filteredOn(rule -> rule.path("state").asText().equals("firing"))
                .isEmpty();
        List<String> panels = new ArrayList<>();
        new ObjectMapper()
                .readTree(OBSERVE.resolve("grafana/dashboards/postroad.json").toFile())
                .findValues("expr")
                .forEach(expression -> panels.add(expression.asText().replace("$__rate_interval", "1m")));
        assertThat(panels).hasSizeGreaterThan(30);
        assertThat(panels)
                .allSatisfy(panel -> assertThat(
                                asked(prometheus, panel).path("status").asText())
                        .as(panel)
                        .isEqualTo("success"));
        assertThat(panels.stream().filter(panel -> !isAnswered(prometheus, panel)))
                .as("those of what no worker of this test has, for want of calls or of a receiver of traces")
                .allMatch(panel -> panel.matches(".*(tokens|cost|budgets|trace_spans|pruned|triggers_waiting).*"));
    }

    private static List<JsonNode> rules(Caller prometheus) {
        List<JsonNode> rules = new ArrayList<>();
        prometheus
                .found("/api/v1/rules")
                .at("/data/groups")
                .forEach(group -> group.path("rules").forEach(rules::add));
        return rules;
    }

    private static boolean isAnswered(Caller prometheus, String expression) {
        return !asked(prometheus, expression).at("/data/result").isEmpty();
    }

    private static JsonNode asked(Caller prometheus, String expression) {
        return prometheus
                .get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .json();
    }
}
