package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.LogLevel;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.access.TokenSettings;
import dev.postroad.runtime.availability.AgentEvents;
import dev.postroad.runtime.availability.AgentSwitch;
import dev.postroad.runtime.bulk.Bulks;
import dev.postroad.runtime.config.CallerLimits;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.history.reasons.ReasonCode;
import dev.postroad.runtime.lease.Drains;
import dev.postroad.runtime.letters.DeadLetters;
import dev.postroad.runtime.metrics.CallRecorder;
import dev.postroad.runtime.metrics.FiguresWriter;
import dev.postroad.runtime.observe.HealthChecks;
import dev.postroad.runtime.output.OutputTail;
import dev.postroad.runtime.schedule.ScheduleControl;
import dev.postroad.runtime.schedule.ScheduleListing;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Sse;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the worker to its OpenAPI document, with all kinds of runs. */
@NullMarked
final class OpenApiTest {
    private static final String ADDRESS = "https://postroad.dev/openapi.json";
    private static final String TOKEN = "0123456789-abcdef";

    private static final String GRAPHS = """
        graph: steps
        description: Counts
        queue: { concurrency: [{ key: input.tenant, runs: 100 }], rate: { runs: 1000, per: PT1M } }
        state: { n: { reducer: sum } }
        nodes:
          one: { set: "{'n': 1}" }
          two: { set: "{'n': state.n < 0 ? int('x') : 10}" }
        edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
        ---
        graph: asks
        state: { answer: { reducer: last } }
        nodes: { ask: { interrupt: { ask: "{'question': 'why?'}", schema: { type: string }, assignee: "'ada'",
          timeout: P3650D, onTimeout: "no", remindEvery: P1D } } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        agent: test-puppet
        kind: java
        ---
        graph: nests
        nodes: { inner: { graph: asks } }
        edges: [{ from: START, to: inner }, { from: inner, to: END }]
        ---
        graph: dropped
        nodes: { ask: { interrupt: "'why?'" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        agent: dropped
        kind: java
        provider: test-puppet
        ---
        schedule: nightly
        graph: steps
        cron: "0 2 * * *"
        zone: Europe/Berlin
        ---
        schedule: dropped
        graph: steps
        every: P1D
        ---
        agent: far
        kind: http
        url: http://127.0.0.1:1/
        """;

    /** For every operation of the document, requests whose answer is to be one that it describes. */
    private static final Map<String, List<String>> REQUESTS = Map.ofEntries(
            Map.entry(
                    "GET /api/runs",
                    List.of(
                            "/api/runs",
                            "/api/runs?limit=2",
                            "/api/runs?order=oldest&limit=2",
                            "/api/runs?waitsFor=far&version=1",
                            "/api/runs?status=failed&graph=steps&since=2026-01-31T12:00:00Z&tag.tenant=acme",
                            "/api/runs?status=done")),
            Map.entry(
                    "GET /api/runs/{id}",
                    List.of("/good", "/bad", "/waits", "/stopped", "/forked", "/single", "/nobody", "/good?x=1")),
            Map.entry(
                    "GET /api/runs/{id}/state",
                    List.of("/good", "/good?version=1", "/good?version=9", "/waits", "/single", "/good?version=x")),
            Map.entry(
                    "GET /api/runs/{id}/history",
                    List.of(
                            "/good",
                            "/good?limit=1",
                            "/good?limit=1&order=newest",
                            "/waits",
                            "/forked",
                            "/single",
                            "/nobody",
                            "/good?to=x")),
            Map.entry(
                    "GET /api/runs/{id}/trace",
                    List.of("/good", "/good?task=two%402&attempt=1", "/nobody", "/good?attempt=0")),
            Map.entry("GET /api/surroundings", List.of("/api/surroundings", "/api/surroundings?x=1")),
            Map.entry("GET /api/runs/{id}/diff", List.of("/good?from=0&to=3", "/good?from=1&to=9", "/good")),
            Map.entry(
                    "GET /api/runs/{id}/events",
                    List.of(
                            "/good",
                            "/bad",
                            "/waits",
                            "/stopped",
                            "/forked",
                            "/single",
                            "/good?limit=2",
                            "/good?before=4&limit=2",
                            "/good?order=newest&limit=2",
                            "/good?before=4&after=2",
                            "/nobody",
                            "/good?type=x")),
            Map.entry(
                    "GET /api/runs/{id}/timeline",
                    List.of("/good", "/bad", "/waits", "/stopped", "/forked", "/single", "/nobody", "/good?x=1")),
            Map.entry(
                    "GET /api/runs/{id}/migration",
                    List.of(
                            "/waits?graphVersion=1",
                            "/waits?graphVersion=9",
                            "/single?graphVersion=1",
                            "/nobody?graphVersion=1",
                            "/good")),
            Map.entry(
                    "GET /api/runs/{id}/why",
                    List.of("/good", "/bad", "/waits", "/stopped", "/forked", "/single", "/nobody", "/good?x=1")),
            Map.entry(
                    "GET /api/counts",
                    List.of("/api/counts", "/api/counts?status=failed&graph=steps&tag.tenant=acme", "/api/counts?x=1")),
            Map.entry(
                    "GET /api/errors",
                    List.of(
                            "/api/errors",
                            "/api/errors?graph=steps&since=2026-01-31T12:00:00Z&limit=1",
                            "/api/errors?since=x")),
            Map.entry(
                    "GET /api/runs/{id}/commands/{command}",
                    List.of(
                            "/api/runs/stopped/commands/stop",
                            "/api/runs/stopped/commands/other",
                            "/api/runs/nobody/commands/x",
                            "/api/runs/stopped/commands/stop?x=1")),
            Map.entry(
                    "GET /api/runs/{id}/tasks",
                    List.of(
                            "/good",
                            "/good?limit=1&node=one,two&status=completed",
                            "/bad",
                            "/waits",
                            "/stopped",
                            "/single",
                            "/nobody",
                            "/good?status=x")),
            Map.entry(
                    "GET /api/runs/{id}/tasks/{task}",
                    List.of(
                            "/api/runs/good/tasks/one%401",
                            "/api/runs/bad/tasks/two%402",
                            "/api/runs/waits/tasks/ask%401",
                            "/api/runs/good/tasks/three",
                            "/api/runs/nobody/tasks/x",
                            "/api/runs/good/tasks/one%401?x=1")),
            Map.entry(
                    "GET /api/runs/{id}/logs",
                    List.of("/bad", "/told", "/good?level=warn&limit=2", "/nobody", "/good?level=loud", "/good?x=1")),
            Map.entry("GET /api/budgets", List.of("/api/budgets", "/api/budgets?x=1")),
            Map.entry("GET /api/limits", List.of("/api/limits", "/api/limits?x=1")),
            Map.entry(
                    "GET /api/costs",
                    List.of("/api/costs", "/api/costs?since=2026-01-31T12:00:00Z", "/api/costs?since=x")),
            Map.entry("GET /api/queue", List.of("/api/queue", "/api/queue?x=1")),
            Map.entry(
                    "GET /api/waiting",
                    List.of(
                            "/api/waiting",
                            "/api/waiting?limit=1",
                            "/api/waiting?order=due&due=2999-01-31T12:00:00Z&since=2026-01-31T12:00:00Z",
                            "/api/waiting?graph=asks&assignee=ada&tag.tenant=acme",
                            "/api/waiting?order=x")),
            Map.entry("GET /api/workers", List.of("/api/workers", "/api/workers?x=1")),
            Map.entry(
                    "POST /api/workers/{name}/drain",
                    List.of(
                            "/api/workers/spare/drain {}",
                            "/api/workers/nobody/drain {}",
                            "/api/workers/nobody/drain?x=1 {}")),
            Map.entry(
                    "GET /api/dead-letters",
                    List.of(
                            "/api/dead-letters",
                            "/api/dead-letters?limit=1",
                            "/api/dead-letters?cursor=x",
                            "/api/dead-letters?limit=0")),
            Map.entry(
                    "GET /api/dead-letters/{partition}/{offset}",
                    List.of(
                            "/api/dead-letters/0/0",
                            "/api/dead-letters/0/999",
                            "/api/dead-letters/x/y",
                            "/api/dead-letters/0/0?x=1")),
            Map.entry("GET /api/graphs", List.of("/api/graphs", "/api/graphs?x=1")),
            Map.entry(
                    "GET /api/graphs/{name}",
                    List.of("/api/graphs/steps", "/api/graphs/steps?version=1", "/api/graphs/x", "/api/graphs/x?y=1")),
            Map.entry(
                    "DELETE /api/graphs/{name}",
                    List.of("/api/graphs/dropped", "/api/graphs/nothing", "/api/graphs/dropped?x=1")),
            Map.entry(
                    "GET /api/graphs/{name}/drawing",
                    List.of(
                            "/api/graphs/steps/drawing",
                            "/api/graphs/nests/drawing?version=1&open=inner",
                            "/api/graphs/far/drawing?version=0",
                            "/api/graphs/x/drawing",
                            "/api/graphs/steps/drawing?version=x")),
            Map.entry(
                    "GET /api/graphs/{name}/svg",
                    List.of("/api/graphs/steps/svg", "/api/graphs/x/svg", "/api/graphs/steps/svg?x=1")),
            Map.entry(
                    "GET /api/runs/{id}/nodes", List.of("/good", "/bad", "/waits", "/single", "/nobody", "/good?x=1")),
            Map.entry("GET /api/me", List.of("/api/me", "/api/me?x=1")),
            Map.entry("POST /api/session", List.of("{}", "{'token': 'whatever'}")),
            Map.entry("DELETE /api/session", List.of("/api/session", "/api/session?x=1")),
            Map.entry("GET /api/agents", List.of("/api/agents", "/api/agents?x=1")),
            Map.entry(
                    "GET /api/agents/{name}/stats",
                    List.of(
                            "/api/agents/test-puppet/stats",
                            "/api/agents/test-puppet/stats?since=2026-01-31T12:00:00Z",
                            "/api/agents/nobody/stats",
                            "/api/agents/test-puppet/stats?since=x")),
            Map.entry("GET /api/agents/{name}", List.of("/api/agents/far", "/api/agents/x", "/api/agents/far?x=1")),
            Map.entry(
                    "DELETE /api/agents/{name}",
                    List.of("/api/agents/dropped", "/api/agents/nobody", "/api/agents/_", "/api/agents/dropped?x=1")),
            Map.entry(
                    "GET /api/agents/{name}/events",
                    List.of(
                            "/api/agents/far/events",
                            "/api/agents/far/events?limit=1",
                            "/api/agents/far/events?before=2147483647&limit=1",
                            "/api/agents/far/events?order=newest&limit=1",
                            "/api/agents/far/events?order=newest&after=1",
                            "/api/agents/test-echo/events",
                            "/api/agents/x/events",
                            "/api/agents/far/events?limit=0")),
            Map.entry(
                    "POST /api/agents/{name}/disable",
                    List.of(
                            "/api/agents/far/disable {'why': 'too slow'}",
                            "/api/agents/far/disable {}",
                            "/api/agents/far/disable {'why': ' '}",
                            "/api/agents/x/disable {'why': 'too slow'}")),
            Map.entry(
                    "POST /api/agents/{name}/enable",
                    List.of(
                            "/api/agents/far/enable {'why': 'faster'}",
                            "/api/agents/far/enable {}",
                            "/api/agents/far/enable {'reason': 'faster'}",
                            "/api/agents/x/enable {}")),
            Map.entry("GET /api/schedules", List.of("/api/schedules", "/api/schedules?x=1")),
            Map.entry(
                    "GET /api/schedules/{name}",
                    List.of("/api/schedules/nightly", "/api/schedules/x", "/api/schedules/nightly?x=1")),
            Map.entry(
                    "DELETE /api/schedules/{name}",
                    List.of("/api/schedules/dropped", "/api/schedules/x", "/api/schedules/nightly?x=1")),
            Map.entry(
                    "POST /api/schedules/{name}/pause",
                    List.of(
                            "/api/schedules/nightly/pause {'reason': 'enough', 'by': 'ada'}",
                            "/api/schedules/nightly/pause {'reason': 7}",
                            "/api/schedules/x/pause {}")),
            Map.entry(
                    "POST /api/schedules/{name}/unpause",
                    List.of(
                            "/api/schedules/nightly/unpause {}",
                            "/api/schedules/nightly/unpause 7",
                            "/api/schedules/x/unpause {}")),
            Map.entry(
                    "POST /api/schedules/{name}/trigger",
                    List.of(
                            "/api/schedules/nightly/trigger {'by': 'ada'}",
                            "/api/schedules/nightly/trigger {'by': ' '}",
                            "/api/schedules/x/trigger {}")),
            Map.entry(
                    "POST /api/schedules/{name}/backfill",
                    List.of(
                            "/api/schedules/nightly/backfill {'from': '2026-11-01T00:00:00Z', 'to': '2026-11-03T00:00:00Z'}",
                            "/api/schedules/nightly/backfill {'from': '2016-11-01T00:00:00Z', 'to': '2026-11-03T00:00:00Z'}",
                            "/api/schedules/nightly/backfill {'to': '2026-11-03T00:00:00Z'}",
                            "/api/schedules/x/backfill {'from': '2026-11-01T00:00:00Z', 'to': '2026-11-03T00:00:00Z'}")),
            Map.entry(
                    "POST /api/registry",
                    List.of(
                            "{'agent': 'later', 'kind': 'java', 'provider': 'test-puppet'}",
                            "[{'agent': 'later', 'kind': 'java', 'provider': 'test-puppet'}]",
                            "{'schedule': 'later', 'graph': 'steps', 'every': 'P1D'}",
                            "{'schedule': 'later', 'graph': 'nowhere', 'cron': '61 * * * *'}",
                            "{'agent': 'later'}",
                            "'agent: later\\nkind: java\\nprovider: test-puppet\\n'",
                            "'agent: later'",
                            "[]",
                            "7")),
            Map.entry("POST /api/triggers", List.of("{'graph': 'steps'}", "{'graph': 'no-such'}", "{}", "[", "7")),
            Map.entry(
                    "POST /api/control",
                    List.of(
                            "{'type': 'cancel', 'runId': 'good'}",
                            "{'type': 'unpause-schedule', 'schedule': 'nightly'}",
                            "{'type': 'unpause-schedule'}",
                            "{'type': 'dance', 'runId': 'good'}",
                            "{}")),
            Map.entry(
                    "POST /api/bulk",
                    List.of(
                            "{'id': 'none', 'action': {'type': 'cancel'}, 'filter': {'graph': 'nothing'}}",
                            "{'action': {'type': 'cancel'}, 'filter': {'graph': 'asks'}, 'dryRun': true}",
                            "{'action': {'type': 'dance', 'runId': 'x'}, 'filter': {'status': 'x', 'since': 7}}",
                            "{}")),
            Map.entry("GET /api/bulk", List.of("/api/bulk", "/api/bulk?x=1")),
            Map.entry("GET /api/bulk/{bulk}", List.of("/api/bulk/none", "/api/bulk/nobody", "/api/bulk/none?x=1")),
            Map.entry(
                    "POST /api/bulk/{bulk}/cancel",
                    List.of("/api/bulk/none/cancel {}", "/api/bulk/nobody/cancel {}", "/api/bulk/none/cancel?x=1 {}")),
            Map.entry(
                    "POST /mcp",
                    List.of(
                            "{'jsonrpc': '2.0', 'id': 1, 'method': 'initialize', 'params': {'protocolVersion': '2025-06-18'}}",
                            "{'jsonrpc': '2.0', 'method': 'notifications/initialized'}",
                            "{'jsonrpc': '2.0', 'id': 'a', 'method': 'tools/list'}",
                            "{'jsonrpc': '2.0', 'id': 2, 'method': 'dance'}",
                            "{}",
                            "[")),
            Map.entry("GET /health", List.of("/health")),
            Map.entry("GET /health/live", List.of("/health/live")),
            Map.entry("GET /health/ready", List.of("/health/ready")),
            Map.entry("GET /metrics", List.of("/metrics")),
            Map.entry("GET /openapi.json", List.of("/openapi.json")));

    private static final Site SITE = Site.open();
    private static final JsonNode DOCUMENT = OpenApi.document();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(Map.of(ADDRESS, DOCUMENT.toString()))
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .formatAssertionsEnabled(true)
                            .build()));

    private static Caller here = new Caller(0);
    private static Caller guarded = new Caller(0);

    @BeforeAll
    static void start() {
        here = new Caller(SITE.worker().httpPort());
        guarded = new Caller(SITE.worker(Map.of("POSTROAD_HTTP_TOKEN", TOKEN)).httpPort());
        SITE.apply(GRAPHS);
        SITE.sql().useHandle(handle -> handle.execute("""
            INSERT INTO postroad.workers (id, name, host, version, lease, locked, leaving)
            VALUES (1, 'spare', 'here', 'test', interval '1 day', false, false)"""));
        SITE.send(SITE.topics().triggers(), Site.bytes("odd"), Site.bytes("no trigger"));
        here.post("/api/triggers", "{'graph': 'steps', 'runId': 'good', 'priority': 3, 'tags': {'tenant': 'acme'}}");
        here.post(
                "/api/triggers", "{'graph': 'steps', 'runId': 'bad', 'input': {'n': -5}, 'tags': {'tenant': 'acme'}}");
        PuppetAgent.play("told", call -> {
            call.log().log(
                    LogLevel.WARN, "slow", JsonNodeFactory.instance.objectNode().put("millis", 7));
            return PuppetAgent.nothing();
        });
        here.post("/api/triggers", "{'agent': 'test-puppet', 'runId': 'told'}");
        here.post("/api/triggers", "{'graph': 'asks', 'runId': 'waits'}");
        here.post("/api/triggers", "{'graph': 'asks', 'runId': 'stopped'}");
        SITE.ended("good");
        SITE.ended("bad");
        for (String id : List.of("waits", "stopped")) {
            Site.await(
                    id + " waits",
                    () -> SITE.history()
                            .find(id)
                            .filter(run -> run.status() == RunStatus.WAITING)
                            .isPresent());
        }
        here.post("/api/control", "{'type': 'cancel', 'runId': 'stopped', 'commandId': 'stop', 'reason': 'enough'}");
        SITE.ended("stopped");
        InstantSource clock = InstantSource.system();
        CallRecorder calls = new CallRecorder(new SimpleMeterRegistry(), clock);
        try (var writer = new FiguresWriter(calls, SITE.database(), "elsewhere", Duration.ofDays(1), clock)) {
            writer.start();
            calls.observed("test-puppet", "steps", PuppetAgent.nothing(), 12, true);
            calls.observed("test-puppet", "steps", AgentReply.permanent("http.400", "no"), 5, true);
        }
        Site.await(
                "all is known",
                () -> List.of(
                                "agents/far",
                                "agents/dropped",
                                "graphs/dropped",
                                "graphs/nests",
                                "schedules/nightly",
                                "schedules/dropped")
                        .stream()
                        .allMatch(path -> here.get("/api/" + path).status() == 200));
        SITE.sql().useHandle(handle -> handle.execute("""
            UPDATE postroad.agents SET breaker = 'open', breaker_until = now(), last_error_at = now(),
                   last_error = '{"type": "http.503", "message": "away"}' WHERE name = 'far'\
            """));
    }

    @AfterAll
    static void stop() {
        here.close();
        guarded.close();
        SITE.close();
    }

    /** A method and a path with what the document says of them. */
    private record Operation(String method, String path, JsonNode description, String pointer) {
        String name() {
            return method + " " + path;
        }

        boolean isOpen() {
            return description.path("security").isArray()
                    && description.path("security").isEmpty();
        }
    }

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(method -> operations.add(new Operation(
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                method.getValue(),
                                "/paths/" + path.getKey().replace("/", "~1") + "/" + method.getKey()))));
        return operations;
    }

    @Test
    void describesEveryRouteAndNoOther() {
        try (WorkerHttp server = WorkerHttp.start(
                new ListenSettings("127.0.0.1", 0, TokenSettings.NONE, null, CallerLimits.DEFAULT),
                Sources.of(
                        SITE.database(),
                        new OutputTail(Map.of(), "none", InstantSource.system()),
                        agentSwitch(),
                        definition -> {},
                        new ScheduleListing(SITE.database(), InstantSource.system()),
                        new ScheduleControl(SITE.sql(), null, InstantSource.system()),
                        new Bulks(SITE.sql()),
                        new Drains(SITE.sql(), new AgentEvents(null, InstantSource.system())),
                        new DeadLetters(Map.of(), SITE.topics()),
                        SITE.client(),
                        new Surroundings("none", SITE.topics(), null),
                        1 << 20),
                new HealthChecks(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                InstantSource.system())) {
            assertThat(operations()).extracting(Operation::name).containsExactlyInAnyOrderElementsOf(server.routes());
        }
        assertThat(operations()).extracting(Operation::name).containsExactlyInAnyOrderElementsOf(REQUESTS.keySet());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        DOCUMENT.get("paths")
                .findValuesAsText("$ref")
                .forEach(reference -> assertThat(
                                DOCUMENT.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void describesWhatIsAnswered() {
        for (Operation operation : operations()) {
            Set<Integer> statuses = new TreeSet<>();
            for (String request : requests(operation)) {
                statuses.add(check(operation, request, send(here, operation, request)));
            }
            assertThat(statuses).as(operation.name()).containsAnyOf(200, 202);
            boolean canBeMissing = operation.description().at("/responses/404").isObject();
            assertThat(!canBeMissing || statuses.contains(404))
                    .as(operation.name())
                    .isTrue();
            boolean canBeBad = operation.description().at("/responses/400").isObject();
            assertThat(!canBeBad || statuses.contains(400)).as(operation.name()).isTrue();
        }
    }

    private static List<String> requests(Operation operation) {
        List<String> given = REQUESTS.getOrDefault(operation.name(), List.of());
        if (!operation.path().contains("{id}")
                || operation.path().contains("{command}")
                || operation.path().contains("{task}")) {
            return given;
        }
        return given.stream()
                .map(request -> {
                    String[] parts = request.substring(1).split("\\?", 2);
                    return operation.path().replace("{id}", parts[0]) + (parts.length == 1 ? "" : "?" + parts[1]);
                })
                .toList();
    }

    private static AgentSwitch agentSwitch() {
        return new AgentSwitch(SITE.sql(), new AgentEvents(null, InstantSource.system()), InstantSource.system());
    }

    private static Reply send(Caller caller, Operation operation, String request) {
        return switch (operation.method()) {
            case "GET" -> caller.get(request);
            case "DELETE" -> caller.send("DELETE", request, "", Credentials.MARK, "test");
            default ->
                caller.send(
                        "POST",
                        path(operation, request),
                        body(request),
                        "Content-Type",
                        "application/json",
                        Credentials.MARK,
                        "test");
        };
    }

    /** The path of a request that is posted: the operation's, or before its body. */
    private static String path(Operation operation, String request) {
        return request.startsWith("/") ? request.substring(0, request.indexOf(' ')) : operation.path();
    }

    private static String body(String request) {
        return request.startsWith("/") ? request.substring(request.indexOf(' ') + 1) : request;
    }

    private static int check(Operation operation, String request, Reply reply) {
        String what = operation.name() + " " + request + " gave " + reply.status() + " " + reply.text();
        String pointer = resolved(operation.pointer() + "/responses/" + reply.status());
        JsonNode described = DOCUMENT.at(pointer);
        assertThat(described.isMissingNode()).as(what).isFalse();
        if (described.path("content").isMissingNode()) {
            assertThat(reply.text()).as(what).isEmpty();
            return reply.status();
        }
        String media = reply.type().replaceFirst(";.*", "");
        assertThat(described.path("content").has(media)).as(what).isTrue();
        if (media.equals("application/json")) {
            Schema schema = SCHEMAS.getSchema(
                    SchemaLocation.of(ADDRESS + "#" + pointer + "/content/" + media.replace("/", "~1") + "/schema"));
            assertThat(schema.validate(reply.text(), InputFormat.JSON).stream().map(Error::toString))
                    .as(what)
                    .isEmpty();
        }
        return reply.status();
    }

    @Test
    void noticesAnAnswerThatDoesNotFit() {
        Schema events = SCHEMAS.getSchema(SchemaLocation.of(
                ADDRESS + "#/paths/~1api~1runs~1{id}~1events/get/responses/200/content/application~1json/schema"));
        assertThat(events.validate("{\"events\": []}", InputFormat.JSON)).isEmpty();
        assertThat(events.validate("{\"events\": [], \"more\": 1}", InputFormat.JSON))
                .isNotEmpty();
        assertThat(events.validate("{\"events\": [{\"runId\": \"a b\"}]}", InputFormat.JSON))
                .hasSizeGreaterThan(1);
    }

    private static String resolved(String pointer) {
        String reference = DOCUMENT.at(pointer).path("$ref").asText();
        return reference.isEmpty() ? pointer : reference.substring(1);
    }

    @Test
    void namesEveryReasonForWhichARunStandsStill() {
        List<String> named = new ArrayList<>();
        DOCUMENT.at("/components/schemas/Reason/properties/code/examples").forEach(code -> named.add(code.asText()));
        assertThat(named)
                .containsExactlyElementsOf(Arrays.stream(ReasonCode.values())
                        .map(ReasonCode::publicName)
                        .toList());
    }

    @Test
    void describesWhomItAnswers() {
        for (Operation operation : operations()) {
            for (String request : requests(operation).subList(0, 1)) {
                int status = check(operation, request, send(guarded, operation, request));
                assertThat(status == 401).as(operation.name()).isEqualTo(!operation.isOpen());
            }
            if (!operation.isOpen() && operation.method().equals("GET")) {
                String path = requests(operation).getFirst();
                String answer = here.raw("GET " + path + " HTTP/1.1", "Host: evil.example", "Connection: close");
                int status = Integer.parseInt(answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
                String body = answer.substring(answer.indexOf("\r\n\r\n")).strip();
                check(operation, path, new Reply(status, "application/json", body));
                assertThat(status).isEqualTo(403);
            }
        }
    }

    @Test
    void describesWhatItRefusesToSendAndToTake() {
        for (Operation operation : operations()) {
            String request = requests(operation).getFirst();
            if (operation.method().equals("POST")) {
                String path = path(operation, request);
                check(operation, request, here.send("POST", path, body(request), "Content-Type", "text/plain"));
                check(operation, request, here.post(path, "\"" + "x".repeat(1 << 20) + "\""));
            } else if (operation.path().startsWith("/api/")) {
                Reply reply = here.send(operation.method(), request, "", "Accept", "text/html");
                assertThat(check(operation, request, reply)).isEqualTo(406);
            }
        }
    }

    /** The server tells which parameters it knows when it is given another one. */
    @Test
    void describesEveryParameterAndNoOther() {
        for (Operation operation : operations()) {
            if (operation.path().startsWith("/api/") && operation.method().equals("GET")) {
                String path = requests(operation).getFirst().replaceFirst("\\?.*", "");
                JsonNode details = here.get(path + "?nonsense=1").json().at("/error/details");
                String remedy = details.get(details.size() - 1).path("remedy").asText();
                Set<String> known = remedy.startsWith("use ")
                        ? Arrays.stream(remedy.substring("use ".length()).split(", "))
                                .collect(Collectors.toSet())
                        : Set.of();
                assertThat(parameters(operation)).as(operation.name()).isEqualTo(known);
            }
        }
    }

    private static Set<String> parameters(Operation operation) {
        Set<String> names = new TreeSet<>();
        operation.description().path("parameters").valueStream().forEach(given -> {
            String reference = given.path("$ref").asText();
            JsonNode parameter = reference.isEmpty() ? given : DOCUMENT.at(reference.substring(1));
            if (parameter.path("in").asText().equals("query")) {
                String name = parameter.path("name").asText();
                names.add(name.equals("tags") ? "tag.KEY" : name);
            }
        });
        return names;
    }

    @Test
    void describesTheEventsOfAStream() throws IOException {
        assertDescribed("Event", "/api/runs/bad/events", "run.failed");
    }

    @Test
    void describesTheLinesOfALogsStream() throws IOException {
        assertDescribed("LogLine", "/api/runs/told/logs", "log");
    }

    private static void assertDescribed(String name, String path, String last) throws IOException {
        Schema schema = SCHEMAS.getSchema(SchemaLocation.of(ADDRESS + "#/components/schemas/" + name));
        try (Sse stream = here.follow(path)) {
            assertThat(stream.awaitEvent(last))
                    .allSatisfy(message -> assertThat(schema.validate(message.data(), InputFormat.JSON))
                            .isEmpty());
        }
    }

    @Test
    void isWhatTheWorkerSends() {
        assertThat(here.get("/openapi.json").json()).isEqualTo(DOCUMENT);
    }
}
