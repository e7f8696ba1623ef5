package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.TokenLine;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.LogLines;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.Sse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, of everything that a worker can be asked over HTTP. */
@NullMarked
final class RolesTest {
    private static final Map<Role, TokenLine.New> TOKENS = new EnumMap<>(Role.class);
    private static final TokenLine.New ACME = token("acme-operator", Role.OPERATOR, Map.of("tenant", "acme"));
    private static final JsonNode DOCUMENT = OpenApi.document();

    private static final Site SITE = Site.open();
    private static Caller caller = new Caller(0);

    @TempDir
    private static Path folder = Path.of("");

    @BeforeAll
    static void start() throws IOException {
        StringBuilder lines = new StringBuilder("# Who may call\n");
        for (Role role : Role.values()) {
            TOKENS.put(role, token("a-" + role.publicName(), role, Map.of()));
            lines.append(of(role).line()).append('\n');
        }
        Path file = Files.writeString(folder.resolve("tokens"), lines.append(ACME.line()));
        caller = new Caller(SITE.worker(Map.of(
                        "POSTROAD_HTTP_TOKENS_FILE",
                        file.toString(),
                        "POSTROAD_HTTP_TOKENS",
                        token("fixed", Role.READER, Map.of()).line()))
                .httpPort());
        SITE.apply("""
            graph: asks
            nodes: { ask: { interrupt: "'why?'" } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            graph: breaks
            state: { n: {} }
            nodes: { one: { set: "{'n': int('x')}" } }
            edges: [{ from: START, to: one }, { from: one, to: END }]
            ---
            graph: limited
            queue: { concurrency: { key: input.tenant, runs: 5 } }
            budget: { key: input.tenant, tokens: 100, per: P1D }
            state: { tenant: {} }
            nodes: { ask: { interrupt: "'why?'" } }
            edges: [{ from: START, to: ask }, { from: ask, to: END }]
            ---
            schedule: of-acme
            graph: asks
            every: P1D
            tags: { tenant: acme }
            ---
            schedule: of-others
            graph: asks
            every: P1D
            """);
        for (String tenant : List.of("acme", "other")) {
            for (String graph : List.of("asks", "breaks")) {
                String trigger = "{'graph': '" + graph + "', 'runId': '" + tenant + "-" + graph
                        + "', 'tags': {'tenant': '" + tenant + "'}}";
                assertThat(send(of(Role.OPERATOR), "POST", "/api/triggers", trigger)
                                .status())
                        .isEqualTo(202);
            }
        }
        String limited = "{'graph': 'limited', 'runId': 'other-limited', 'input': {'tenant': 'other'}}";
        assertThat(send(of(Role.OPERATOR), "POST", "/api/triggers", limited).status())
                .isEqualTo(202);
        List<RunEvent> _ =
                SITE.journalWith("other-limited", event -> event.typeName().equals("run.waiting"));
        for (String tenant : List.of("acme", "other")) {
            List<RunEvent> _ =
                    SITE.journalWith(tenant + "-asks", event -> event.typeName().equals("run.waiting"));
            List<RunEvent> _ = SITE.ended(tenant + "-breaks");
        }
        Site.await("the schedules are there", () -> SITE.number("SELECT count(*) FROM postroad.schedules") == 2);
    }

    @AfterAll
    static void stop() {
        caller.close();
        SITE.close();
    }

    private static TokenLine.New token(String name, Role role, Map<String, String> tags) {
        return TokenLine.generate(name, role, tags, new SecureRandom());
    }

    private static Reply send(TokenLine.@Nullable New token, String method, String path, String body) {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json", Credentials.MARK, "test"));
        if (token != null) {
            headers.addAll(List.of("Authorization", "Bearer " + token.token()));
        }
        return caller.send(method, path, body, headers.toArray(String[]::new));
    }

    private static TokenLine.New of(Role role) {
        return Objects.requireNonNull(TOKENS.get(role), role.publicName());
    }

    private static Reply get(TokenLine.New token, String path) {
        return caller.get(path, "Authorization", "Bearer " + token.token());
    }

    private record Operation(String method, String path, JsonNode description) {
        /** The least role that it asks for, by the document; empty where anybody may. */
        String role() {
            if (description.path("security").isArray()) {
                return "";
            }
            JsonNode role = description.path("x-role");
            return (role.isMissingNode() ? DOCUMENT.path("x-role") : role).asText();
        }

        /** Of something that is not there. */
        String request() {
            return path.replaceAll("\\{[a-z]+}", "nothing");
        }
    }

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(method -> method.getValue().has("responses"))
                        .forEach(method -> operations.add(new Operation(
                                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()))));
        return operations;
    }

    @Test
    void everyRoleMayDoWhatTheDocumentSaysAndNothingElse() {
        assertThat(operations()).hasSizeGreaterThan(40);
        for (Operation operation : operations()) {
            boolean isOpen = operation.role().isEmpty();
            String name = operation.method() + " " + operation.path();
            assertThat(send(null, operation.method(), operation.request(), "{}").status() == 401)
                    .as(name + " by a stranger")
                    .isEqualTo(!isOpen);
            for (Role role : Role.values()) {
                Reply reply = send(of(role), operation.method(), operation.request(), "{}");
                boolean may =
                        isOpen || role.includes(Role.valueOf(operation.role().toUpperCase(Locale.ROOT)));
                assertThat(reply.status())
                        .as(name + " by " + role + ": " + reply.text())
                        .isNotEqualTo(401)
                        .matches(status -> (status == 403) != may);
            }
        }
    }

    /** The server goes by such a header, so that a look was a change that nobody was asked about. */
    @Test
    void noHeaderMakesALookAChange() {
        String graph = """
                {'graph': 'smuggled', 'nodes': {'a': {'set': '{}'}},
                 'edges': [{'from': 'START', 'to': 'a'}, {'from': 'a', 'to': 'END'}]}""";
        for (Operation operation : operations()) {
            for (TokenLine.New token : List.of(of(Role.READER), ACME)) {
                String other = operation.method().equals("GET") ? "POST" : "GET";
                Reply reply = caller.send(
                        other,
                        operation.path().replace("{name}", "asks").replaceAll("\\{[a-z]+}", "acme-asks"),
                        graph,
                        "Authorization",
                        "Bearer " + token.token(),
                        "Content-Type",
                        "application/json",
                        "X-HTTP-Method-Override",
                        operation.method());
                assertThat(reply.status())
                        .as(other + " for " + operation.method() + " " + operation.path() + ": " + reply.text())
                        .isEqualTo(400);
            }
        }
        assertThat(get(of(Role.READER), "/api/graphs").text())
                .contains("asks", "breaks")
                .doesNotContain("smuggled");
    }

    @Test
    void aTokenWithATagSeesTheRunsThatCarryItAndNoOther() {
        for (Operation operation : operations()) {
            if (operation.path().startsWith("/api/runs/{id}")
                    && operation.method().equals("GET")) {
                Reply reply =
                        get(ACME, operation.path().replace("{id}", "other-asks").replaceAll("\\{[a-z]+}", "x"));
                assertThat(reply.status()).as(operation.path()).isEqualTo(404);
                assertThat(reply.json().at("/error/message").asText()).isEqualTo("there is no run other-asks");
            }
        }
        for (String path : List.of("", "/state", "/history", "/events", "/timeline", "/why", "/tasks", "/logs")) {
            assertThat(get(ACME, "/api/runs/acme-asks" + path).status())
                    .as(path)
                    .isEqualTo(200);
        }
        for (String path : List.of("/api/runs", "/api/waiting", "/api/errors", "/api/schedules")) {
            assertThat(get(ACME, path).text()).as(path).contains("acme").doesNotContain("other");
            assertThat(get(of(Role.READER), path).text()).as(path).contains("acme", "other");
        }
        assertThat(get(ACME, "/api/runs?tag.tenant=other").status()).isEqualTo(403);
        assertThat(get(ACME, "/api/runs?tag.tenant=acme").status()).isEqualTo(200);
        assertThat(get(ACME, "/api/counts").json().at("/runs/waiting").asInt()).isEqualTo(1);
        assertThat(get(of(Role.READER), "/api/counts")
                        .json()
                        .at("/runs/waiting")
                        .asInt())
                .isGreaterThan(1);
        for (String path :
                List.of("/metrics", "/api/agents/x/stats", "/api/agents/x/events", "/api/costs", "/api/dead-letters")) {
            assertThat(get(ACME, path).status()).as(path).isEqualTo(403);
        }
        assertThat(caller.follow("/api/runs/other-asks/events", "Authorization", "Bearer " + ACME.token())
                        .status())
                .isEqualTo(404);
    }

    /** Whatever is added to the API. */
    @Test
    void noAnswerToATokenWithATagNamesARunWithoutIt() {
        String[] others = {"other-asks", "other-breaks", "other-limited", "\"other\""};
        Reply limits = get(of(Role.READER), "/api/limits");
        assertThat(limits.text()).as("there is what could be told").contains("other");
        for (Operation operation : operations()) {
            if (operation.method().equals("GET")) {
                for (String name : List.of("asks", "limited", "of-others")) {
                    Reply reply =
                            get(ACME, operation.path().replace("{name}", name).replaceAll("\\{[a-z]+}", "acme-asks"));
                    assertThat(reply.text())
                            .as(operation.path() + " of " + name)
                            .doesNotContain(others);
                }
            }
        }
        String call = "{'jsonrpc': '2.0', 'id': 1, 'method': 'tools/call', 'params': {'name': '%s', 'arguments': %s}}";
        for (String tool : List.of("postroad_runs", "postroad_waiting")) {
            Reply reply = send(ACME, "POST", "/mcp", call.formatted(tool, "{}"));
            assertThat(reply.text()).as(tool).contains("acme-asks").doesNotContain(others);
        }
        for (String tool : List.of("postroad_run", "postroad_retry", "postroad_cancel")) {
            Reply reply = send(ACME, "POST", "/mcp", call.formatted(tool, "{'runId': 'other-asks'}"));
            assertThat(reply.text()).as(tool).contains("there is no run other-asks");
        }
        try (Sse listing = caller.follow("/api/runs", "Authorization", "Bearer " + ACME.token())) {
            assertThat(listing.awaitEvent("change").toString())
                    .contains("acme-asks")
                    .doesNotContain(others);
        } catch (IOException closed) {
            throw new UncheckedIOException(closed);
        }
    }

    @Test
    void aTokenWithATagGivesOrdersForTheRunsThatCarryItAndSeesNoOther() {
        String count = "{'action': {'type': 'pause'}, 'filter': {'all': true}, 'dryRun': true}";
        assertThat(send(of(Role.OPERATOR), "POST", "/api/bulk", count)
                        .json()
                        .path("runs")
                        .asInt())
                .isGreaterThan(send(ACME, "POST", "/api/bulk", count)
                        .json()
                        .path("runs")
                        .asInt());
        String order = "{'id': '%s', 'action': {'type': 'retry'}, 'filter': {'graph': 'nothing'}}";
        assertThat(send(of(Role.OPERATOR), "POST", "/api/bulk", order.formatted("theirs"))
                        .status())
                .isEqualTo(202);
        Reply own = send(ACME, "POST", "/api/bulk", order.formatted("own"));
        assertThat(own.json().path("filter")).isEqualTo(Site.json("{'graph': 'nothing', 'tags': {'tenant': 'acme'}}"));
        assertThat(own.json().path("by").asText()).isEqualTo("acme-operator");
        assertThat(send(ACME, "POST", "/api/bulk", order.formatted("theirs")).status())
                .isEqualTo(404);
        assertThat(get(ACME, "/api/bulk/theirs").status()).isEqualTo(404);
        assertThat(send(ACME, "POST", "/api/bulk/theirs/cancel", "{}").status()).isEqualTo(404);
        assertThat(get(ACME, "/api/bulk").text()).contains("own").doesNotContain("theirs");
        assertThat(get(of(Role.READER), "/api/bulk").text()).contains("own", "theirs");
        String other = "{'action': {'type': 'retry'}, 'filter': {'tags': {'tenant': 'other'}}}";
        assertThat(send(ACME, "POST", "/api/bulk", other).status()).isEqualTo(403);
    }

    @Test
    void aTokenWithATagTouchesTheRunsThatCarryItAndNoOther() {
        assertThat(send(ACME, "POST", "/api/control", "{'type': 'cancel', 'runId': 'other-asks'}")
                        .status())
                .isEqualTo(404);
        assertThat(send(ACME, "POST", "/api/triggers", "{'graph': 'asks', 'runId': 'sly'}")
                        .status())
                .isEqualTo(403);
        assertThat(send(ACME, "POST", "/api/triggers", "{'graph': 'asks', 'tags': {'tenant': 'other'}}")
                        .status())
                .isEqualTo(403);
        assertThat(send(ACME, "POST", "/api/schedules/of-others/trigger", "{}").status())
                .isEqualTo(404);
        assertThat(send(ACME, "POST", "/api/control", "{'type': 'trigger-schedule', 'schedule': 'of-others'}")
                        .status())
                .isEqualTo(404);
        assertThat(send(ACME, "POST", "/api/agents/x/disable", "{'why': 'x'}").status())
                .isEqualTo(403);
        String trigger = "{'graph': 'asks', 'runId': 'mine', 'tags': {'tenant': 'acme'}}";
        assertThat(send(ACME, "POST", "/api/triggers", trigger).status()).isEqualTo(202);
        List<RunEvent> _ = SITE.journalWith("mine", event -> event.typeName().equals("run.waiting"));
        assertThat(send(ACME, "POST", "/api/control", "{'type': 'cancel', 'runId': 'mine', 'by': 'somebody else'}")
                        .status())
                .isEqualTo(202);
        assertThat(SITE.ended("mine").getLast().data().path("by").asText()).isEqualTo("acme-operator");
    }

    @Test
    void aTokenWithATagTakesThePlaceOfNoTriggerButThoseOfItsTag() {
        String trigger = """
                {'graph': 'breaks', 'runId': '%s', 'tags': {'tenant': '%s'}, 'debounce': {'key': 'same', 'for': 'PT1.5S'}}""";
        assertThat(send(of(Role.OPERATOR), "POST", "/api/triggers", trigger.formatted("held-of-other", "other"))
                        .status())
                .isEqualTo(202);
        for (String own : List.of("held-first", "held-last")) {
            assertThat(send(ACME, "POST", "/api/triggers", trigger.formatted(own, "acme"))
                            .status())
                    .isEqualTo(202);
        }
        List<RunEvent> _ = SITE.ended("held-of-other");
        List<RunEvent> _ = SITE.ended("held-last");
        assertThat(get(of(Role.READER), "/api/runs/held-first").status()).isEqualTo(404);
    }

    /** A tenant that sets its own limits has none. */
    @Test
    void aTokenWithATagCannotLiftTheLimitsOfAGraph() {
        String trigger = """
                {'graph': 'asks', 'runId': 'lifted-%s', 'tags': {'tenant': 'acme'}, 'budget': {'tokens': 1000000}}""";
        Reply refused = send(ACME, "POST", "/api/triggers", trigger.formatted("no"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.json().at("/error/message").asText()).contains("leave them out of the trigger");
        assertThat(send(of(Role.OPERATOR), "POST", "/api/triggers", trigger.formatted("yes"))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void whatIsChangedSaysWhoseTokenItWas() {
        TokenLine.New operator = of(Role.OPERATOR);
        TokenLine.New admin = of(Role.ADMIN);
        assertThat(send(operator, "POST", "/api/triggers", "{'graph': 'asks', 'runId': 'told', 'by': 'somebody else'}")
                        .status())
                .isEqualTo(202);
        assertThat(SITE.journalWith("told", event -> event.typeName().equals("run.waiting"))
                        .getFirst()
                        .data()
                        .path("by")
                        .asText())
                .isEqualTo("a-operator");
        String agent = "{'agent': 'told', 'kind': 'java', 'provider': 'test-puppet'}";
        assertThat(send(admin, "POST", "/api/registry", agent).status()).isEqualTo(202);
        Site.await("the agent is there", () -> get(admin, "/api/agents/told").status() == 200);
        assertThat(send(operator, "POST", "/api/agents/told/disable", "{'why': 'too slow'}")
                        .status())
                .isEqualTo(200);
        assertThat(send(admin, "DELETE", "/api/agents/told", "").status()).isEqualTo(202);
        Site.await("it is gone", () -> get(admin, "/api/agents/told").status() == 404);
        assertThat(get(admin, "/api/agents/told/events").text())
                .contains("\"by\":\"a-admin\"", "\"who\":\"a-operator\"")
                .doesNotContain("somebody else");
        SITE.worker(Map.of("POSTROAD_WORKER_ID", "told"));
        assertThat(send(admin, "POST", "/api/workers/told/drain", "").status()).isEqualTo(202);
        assertThat(SITE.number("SELECT count(*) FROM postroad.agent_events WHERE drained = 'told'"
                        + " AND type = 'worker.drain-asked' AND data->>'by' = 'a-admin'"))
                .isEqualTo(1);
    }

    @Test
    void aTokenThatIsTakenAwayIsUnknownWithoutARestart() throws IOException {
        TokenLine.New next = token("next", Role.READER, Map.of());
        Path file = folder.resolve("tokens");
        String before = Files.readString(file);
        Files.writeString(file, before + "\n" + next.line());
        Site.await("it is known", () -> get(next, "/api/runs").status() == 200);
        String bearer = "Bearer " + next.token();
        try (Sse listing = caller.follow("/api/runs", "Authorization", bearer)) {
            List<Sse.Message> _ = listing.awaitEvent("change");
            Files.writeString(file, before);
            Site.await("it is unknown", () -> get(next, "/api/runs").status() == 401);
            String trigger = "{'graph': 'breaks', 'runId': 'hidden-from-next', 'tags': {'tenant': 'acme'}}";
            assertThat(send(ACME, "POST", "/api/triggers", trigger).status()).isEqualTo(202);
            listing.awaitEnd();
            assertThat(listing.messages().toString()).doesNotContain("hidden-from-next");
        }
    }

    @Test
    void whoIsTurnedAwayStandsInTheLogWithoutTheToken() {
        try (LogLines log = LogLines.listen()) {
            assertThat(get(new TokenLine.New("not-a-token-of-anybody", ""), "/api/graphs")
                            .status())
                    .isEqualTo(401);
            assertThat(send(of(Role.READER), "DELETE", "/api/graphs/x", "").status())
                    .isEqualTo(403);
            assertThat(log.all())
                    .anyMatch(line -> line.startsWith("Denials - 401 for GET /api/graphs from 127.0.0.1"))
                    .anyMatch(line ->
                            line.startsWith("Denials - 403 for DELETE /api/graphs/x from 127.0.0.1 by a-reader"))
                    .noneMatch(line -> line.contains("not-a-token-of-anybody"));
        }
    }
}
