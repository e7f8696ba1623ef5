package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get of a worker that has nothing to do with the runs that they ask about. */
@NullMarked
final class HttpApiTest {
    private static final String GRAPHS = """
        graph: steps
        state: { n: { reducer: sum } }
        nodes:
          one: { set: "{'n': 1}" }
          two: { set: "{'n': state.n < 0 ? int('x') : 10}" }
        edges: [{ from: START, to: one }, { from: one, to: two }, { from: two, to: END }]
        ---
        graph: asks
        state: { answer: { reducer: last } }
        nodes: { ask: { interrupt: "'why?'" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        agent: secretive
        kind: http
        url: http://127.0.0.1:1/
        headers: { Authorization: "Bearer ${env:POSTROAD_AGENT_SECRET}" }
        """;

    private static final Site SITE = Site.open();
    private static Caller other = new Caller(0);

    @BeforeAll
    static void start() {
        SITE.worker(Map.of("POSTROAD_AGENT_SECRET", "hidden"));
        SITE.apply(GRAPHS);
        SITE.trigger("steps", "good", "{}");
        SITE.ended("good");
        SITE.trigger("steps", "bad", "{'n': -5}");
        SITE.ended("bad");
        // The second worker finds all shards taken, and gets but some of them.
        Worker second = SITE.worker(Map.of("POSTROAD_AGENT_SECRET", "hidden"));
        other = new Caller(second.httpPort());
    }

    @AfterAll
    static void stop() {
        other.close();
        SITE.close();
    }

    private static JsonNode refused(int status, String path, String... headers) {
        return error(status, other.get(path, headers));
    }

    private static JsonNode error(int status, Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        return reply.json().get("error");
    }

    @Test
    void showsARun() {
        JsonNode run = other.found("/api/runs/bad");
        assertThat(run.path("status").asText()).isEqualTo("failed");
        assertThat(run.path("input")).isEqualTo(Site.json("{'n': -5}"));
        assertThat(run.at("/error/node").asText()).isEqualTo("two");
    }

    /** It was told to have started in 1970, and to have taken 57 years. */
    @Test
    void aRunThatFailsByItsFirstEdgeHasNotStarted() {
        SITE.apply("""
                graph: stumbles
                state: { items: {} }
                nodes: { work: { set: "{}" } }
                edges:
                  - { from: START, forEach: state.items, as: item, to: work }
                  - { from: work, to: END }
                """);
        SITE.trigger("stumbles", "stumbled", "{'items': 'no list'}");
        SITE.ended("stumbled");
        JsonNode run = other.found("/api/runs/stumbled");
        assertThat(run.path("status").asText()).isEqualTo("failed");
        assertThat(run.has("startedAt")).isFalse();
        assertThat(other.found("/api/runs/stumbled/timeline").has("startedAt")).isFalse();
    }

    @Test
    void showsTheStateOfEveryVersion() {
        assertThat(other.found("/api/runs/good/state").path("state")).isEqualTo(Site.json("{'n': 11}"));
        assertThat(other.found("/api/runs/good/state?version=2").path("state")).isEqualTo(Site.json("{'n': 1}"));
        assertThat(refused(404, "/api/runs/good/state?version=9")
                        .path("message")
                        .asText())
                .isEqualTo("run good has no version 9 of its state, but 0 to 3");
        assertThat(refused(404, "/api/runs/nobody/state").path("message").asText())
                .isEqualTo("there is no run nobody");
    }

    @Test
    void tellsHowTheVersionsCameToBe() {
        JsonNode history = other.found("/api/runs/good/history?from=2&limit=1");
        assertThat(history.at("/versions/0/nodes")).isEqualTo(Site.json("['one']"));
        assertThat(history.at("/versions/0/next")).isEqualTo(Site.json("['two']"));
        assertThat(history.path("next").asInt()).isEqualTo(3);
        assertThat(other.found("/api/runs/good/history?node=two").path("versions"))
                .hasSize(1);
        refused(404, "/api/runs/nobody/history");
    }

    @Test
    void tellsTwoVersionsApart() {
        assertThat(other.found("/api/runs/good/diff?from=1&to=3").path("patch"))
                .isEqualTo(Site.json("[{'op':'replace','path':'/n','value':11}]"));
        assertThat(refused(404, "/api/runs/good/diff?from=9&to=3")
                        .path("message")
                        .asText())
                .contains("no version 9");
        assertThat(places(refused(400, "/api/runs/good/diff?to=x"))).containsExactly("from", "to");
    }

    @Test
    void aTimeBeyondAllTimesFindsNothingOrEverything() {
        for (String path : List.of("/api/runs?since=", "/api/runs/good/events?since=", "/api/runs/good/logs?until=")) {
            for (String time : List.of("%2B999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z")) {
                assertThat(other.get(path + time).status()).as(path + time).isIn(200, 400);
            }
        }
        assertThat(other.found("/api/runs?since=%2B999999999-12-31T23:59:59Z").path("runs"))
                .isEmpty();
    }

    @Test
    void countsRunsByStatus() {
        SITE.trigger("asks", "counted", "{}");
        Site.await(
                "it asks",
                () -> other.found("/api/counts?graph=asks").at("/runs/waiting").asInt() > 0);
        JsonNode all = other.found("/api/counts");
        assertThat(all.at("/runs/failed").asInt()).isPositive();
        assertThat(all.at("/runs/completed").asInt()).isPositive();
        assertThat(all.path("questions").asInt()).isPositive();
        assertThat(all.path("orMore")).isEmpty();
        assertThat(other.found("/api/counts?status=failed,queued&graph=asks").path("runs"))
                .isEqualTo(Site.json("{'queued': 0, 'failed': 0}"));
        assertThat(other.found("/api/counts?tag.tenant=nobody")
                        .path("questions")
                        .asInt())
                .isZero();
        assertThat(other.found("/api/counts?since=%2B999999999-01-01T00:00:00Z")
                        .at("/runs/completed")
                        .asInt())
                .isZero();
        assertThat(places(refused(400, "/api/counts?status=done&x=1"))).containsExactly("status", "x");
    }

    @Test
    void groupsWhatFailsAlike() {
        JsonNode group = other.found("/api/errors?graph=steps").at("/errors/0");
        assertThat(group.path("node").asText()).isEqualTo("two");
        assertThat(group.path("type").asText()).isEqualTo("expression");
        assertThat(group.path("count").asInt()).isEqualTo(1);
        assertThat(group.path("runs")).isEqualTo(Site.json("['bad']"));
        assertThat(group.at("/trend/11").asInt()).isEqualTo(1);
        assertThat(group.path("message")).isEqualTo(other.found("/api/runs/bad").at("/error/message"));
        assertThat(other.found("/api/errors?graph=asks").path("errors")).isEmpty();
        assertThat(other.found("/api/errors?since=2999-01-01T00:00:00Z").path("errors"))
                .isEmpty();
        assertThat(places(refused(400, "/api/errors?limit=0&since=x"))).containsExactly("since", "limit");
    }

    @Test
    void findsTheAnswerToACommand() {
        SITE.trigger("asks", "commanded", "{}");
        assertThat(other.post(
                                "/api/control",
                                "{'type': 'reassign', 'runId': 'commanded', 'commandId': 'hand/over', 'assignee':"
                                        + " 'ada', 'by': 'grace'}")
                        .status())
                .isEqualTo(202);
        String path = "/api/runs/commanded/commands/hand%2Fover";
        Site.await("it is answered", () -> other.get(path).status() == 200);
        JsonNode answer = other.found(path);
        assertThat(answer.at("/data/by").asText()).isEqualTo("grace");
        assertThat(refused(404, "/api/runs/commanded/commands/none")
                        .path("message")
                        .asText())
                .isEqualTo("run commanded has not answered command none; ask again, or send it anew");
        assertThat(refused(404, "/api/runs/nobody/commands/none")
                        .path("message")
                        .asText())
                .isEqualTo("there is no run nobody");
    }

    @Test
    void showsATimelineAndAQueue() {
        assertThat(other.found("/api/runs/good/timeline").path("bars")).hasSize(2);
        Site.await(
                "nobody waits any more",
                () -> other.found("/api/queue").path("queued").asInt(-1) == 0);
        JsonNode workers = other.found("/api/workers").path("workers");
        assertThat(workers).isNotEmpty().allSatisfy(worker -> {
            assertThat(worker.path("sessionLocked").asBoolean()).isTrue();
            assertThat(worker.path("leaving").asBoolean()).isFalse();
        });
        Site.await(
                "each shard is somebody's",
                () -> shards(other.found("/api/workers").path("workers")) == 4);
    }

    @Test
    void givesTheEventsOfARunPageByPage() {
        List<RunEvent> journal = SITE.journal("good");
        List<Integer> seqs = new ArrayList<>();
        int after = 0;
        JsonNode page;
        do {
            page = other.found("/api/runs/good/events?limit=3&after=" + after);
            page.path("events").forEach(event -> seqs.add(event.path("seq").asInt()));
            after = page.path("next").asInt();
        } while (page.has("next"));
        assertThat(seqs)
                .isEqualTo(IntStream.rangeClosed(1, journal.size()).boxed().toList());
        assertThat(other.found("/api/runs/good/events?type=node.completed,node.failed&node=two")
                        .path("events"))
                .hasSize(1);
        assertThat(other.found("/api/runs/good/events?until="
                                + journal.getFirst().at())
                        .path("events"))
                .isEmpty();
        assertThat(other.found("/api/runs/good/events?after=1000")).isEqualTo(Site.json("{'events': []}"));
        refused(404, "/api/runs/nobody/events");
    }

    @Test
    void listsRunsPageByPageAndByWhatTheyAre() {
        for (int i = 0; i < 25; i++) {
            String tags = "{'kind': '" + (i % 2 == 0 ? "even" : "odd") + "'}";
            other.post("/api/triggers", "{'graph': 'steps', 'runId': 'listed-" + i + "', 'tags': " + tags + "}");
        }
        for (int i = 0; i < 25; i++) {
            SITE.ended("listed-" + i);
        }
        assertThat(listed("tag.kind=odd", 5)).hasSize(12).doesNotHaveDuplicates();
        assertThat(listed("tag.kind=odd&graph=asks", 5)).isEmpty();
        assertThat(listed("status=failed", 5)).contains("bad").doesNotContain("good");
        assertThat(listed("status=failed,completed&graph=steps", 4)).contains("bad", "good", "listed-7");
        assertThat(listed("status=failed&status=completed", 50)).contains("bad", "good", "listed-7");
        String since = SITE.history().find("bad").orElseThrow().queuedAt().toString();
        assertThat(listed("since=" + since + "&graph=steps", 50))
                .contains("bad", "listed-7")
                .doesNotContain("good");
        assertThat(listed("until=" + since, 50)).contains("good").doesNotContain("bad", "listed-7");
    }

    private static List<String> listed(String filter, int limit) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = other.found("/api/runs?" + filter + "&limit=" + limit + cursor);
            assertThat(page.path("runs").size()).isLessThanOrEqualTo(limit);
            page.path("runs").forEach(run -> ids.add(run.path("runId").asText()));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
        } while (!cursor.isEmpty());
        return ids;
    }

    @Test
    void showsGraphsAndAgents() {
        assertThat(other.found("/api/graphs").path("graphs"))
                .contains(Site.json("{'name': 'steps', 'versions': [1], 'newest': 1}"));
        assertThat(other.found("/api/graphs/steps?version=1")
                        .at("/definition/graph")
                        .asText())
                .isEqualTo("steps");
        assertThat(refused(404, "/api/graphs/steps?version=7").path("message").asText())
                .isEqualTo("there is no version 7 of a graph steps");
        assertThat(refused(404, "/api/graphs/nothing").path("message").asText()).isEqualTo("there is no graph nothing");
        Site.await(
                "the agent is known", () -> other.get("/api/agents/secretive").status() == 200);
        JsonNode agent = other.found("/api/agents/secretive");
        assertThat(other.found("/api/agents").path("agents")).contains(agent);
        assertThat(agent.path("name").asText()).isEqualTo("secretive");
        assertThat(agent.at("/breaker/state").asText()).isEqualTo("closed");
        assertThat(agent.path("enabled").asBoolean()).isTrue();
        assertThat(agent.toString()).contains("${env:POSTROAD_AGENT_SECRET}").doesNotContain("hidden");
    }

    @Test
    void publishesDisablesEnablesAndRemovesAnAgent() {
        String agent = "{'agent': 'posted', 'kind': 'java', 'provider': 'test-puppet'}";
        String graph = "{'graph': 'posted', 'nodes': {'ask': {'agent': 'posted'}},"
                + " 'edges': [{'from': 'START', 'to': 'ask'}, {'from': 'ask', 'to': 'END'}]}";
        JsonNode unsound = error(400, other.post("/api/registry", "[" + graph + ", {'agent': 'posted'}]"));
        assertThat(places(unsound)).contains("[0].nodes.ask.agent", "[1].kind");
        Reply first = other.post("/api/registry", agent);
        assertThat(first.status()).as(first.text()).isEqualTo(202);
        // At once: what was taken may be referred to.
        Reply alone = other.post("/api/registry", graph);
        assertThat(alone.status()).as(alone.text()).isEqualTo(202);
        Reply sent = other.post("/api/registry", "[" + graph + ", " + agent + "]");
        assertThat(sent.status()).as(sent.text()).isEqualTo(202);
        assertThat(sent.json()).isEqualTo(Site.json("{'keys': ['agent/posted', 'graph/posted']}"));
        SITE.trigger("posted", "posted", "{}");
        assertThat(SITE.ended("posted").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);

        JsonNode disabled =
                other.post("/api/agents/posted/disable", "{'why': 'too slow'}").json();
        assertThat(disabled.path("enabled").asBoolean()).isFalse();
        assertThat(disabled.path("disabledBy").asText()).isEqualTo("person");
        assertThat(disabled.path("disabledReason").asText()).isEqualTo("too slow");
        assertThat(disabled.has("disabledAt")).isTrue();
        assertThat(other.post("/api/agents/posted/enable", "{}")
                        .json()
                        .path("enabled")
                        .asBoolean())
                .isTrue();
        JsonNode page = other.found("/api/agents/posted/events?limit=2");
        assertThat(page.path("events").findValuesAsText("type")).containsExactly("agent.registered", "agent.disabled");
        assertThat(other.found("/api/agents/posted/events?after="
                                + page.path("next").asText())
                        .at("/events/0/type")
                        .asText())
                .isEqualTo("agent.enabled");

        assertThat(other.send("DELETE", "/api/graphs/posted", "").status()).isEqualTo(202);
        assertThat(other.send("DELETE", "/api/agents/posted", "").json())
                .isEqualTo(Site.json("{'key': 'agent/posted'}"));
        Site.await(
                "both are removed",
                () -> other.get("/api/agents/posted").status() == 404
                        && other.get("/api/graphs/posted").status() == 404);
        error(404, other.send("DELETE", "/api/agents/posted", ""));
        assertThat(other.found("/api/agents/posted/events").path("events")).hasSize(4);
        assertThat(other.found("/api/graphs/posted?version=1").path("version").asInt())
                .isEqualTo(1);
    }

    @Test
    void startsAndSteersRuns() {
        Reply asked = other.post("/api/triggers", "{'graph': 'asks'}");
        assertThat(asked.status()).isEqualTo(202);
        String runId = asked.json().path("runId").asText();
        Site.await(
                "the run waits",
                () -> SITE.history()
                        .find(runId)
                        .filter(run -> run.status() == RunStatus.WAITING)
                        .isPresent());
        assertThat(other.found("/api/runs?status=waiting").toString()).contains(runId);
        assertThat(other.found("/api/runs/" + runId + "/timeline")
                        .at("/bars/0/outcome")
                        .asText())
                .isEqualTo("waiting");

        Reply cancelled = other.post(
                "/api/control", "{'type': 'cancel', 'runId': '" + runId + "', 'reason': 'enough', 'commandId': 'c1'}");
        assertThat(cancelled.status()).isEqualTo(202);
        assertThat(cancelled.json()).isEqualTo(Site.json("{'runId': '" + runId + "', 'commandId': 'c1'}"));
        RunEvent end = SITE.ended(runId).getLast();
        assertThat(end.type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(end.data().path("commandId").asText()).isEqualTo("c1");
    }

    @Test
    void makesAnIdForACommandThatHasNone() {
        String runId = "run-" + UUID.randomUUID();
        other.post("/api/triggers", "{'graph': 'asks', 'runId': '" + runId + "'}");
        String commandId = other.post("/api/control", "{'type': 'cancel', 'runId': '" + runId + "'}")
                .json()
                .path("commandId")
                .asText();
        assertThat(commandId).isNotEmpty();
        assertThat(SITE.ended(runId).getLast().data().path("commandId").asText())
                .isEqualTo(commandId);
    }

    @Test
    void saysEverythingThatIsWrongWithAMessage() {
        JsonNode error = error(400, other.post("/api/triggers", "{'priority': 99, 'timeout': 'soon', 'input': 7}"));
        assertThat(error.path("code").asText()).isEqualTo("bad-request");
        assertThat(places(error)).containsExactlyInAnyOrder("graph", "input", "priority", "timeout");
        assertThat(places(error(
                        400,
                        other.post(
                                "/api/triggers",
                                "{'graph': 'steps', 'queue': {'fairness': {'key': 'nobody.x', 'weight': 0}}}"))))
                .as("unsound whatever the graph is")
                .containsExactlyInAnyOrder("queue.fairness.key", "queue.fairness.weight");
        assertThat(places(error(400, other.post("/api/control", "{'type': 'resume'}"))))
                .contains("runId");
        assertThat(error(400, other.post("/api/control", "{]"))
                        .at("/details/0/problem")
                        .asText())
                .contains("is not JSON");
        assertThat(error(400, other.post("/api/triggers", ""))
                        .at("/details/0/problem")
                        .asText())
                .contains("is empty");
    }

    @Test
    void takesNoMessageThatWorkersWouldNotRead() {
        String large = "{'graph': 'steps', 'input': {'text': '" + "x".repeat(1 << 20) + "'}}";
        assertThat(error(413, other.post("/api/triggers", large)).path("code").asText())
                .isEqualTo("too-large");
        // Longer than what Kafka's clients send in one piece, with all that is added to it.
        String limit = "{'graph': 'steps', 'input': {'text': '" + "x".repeat((1 << 20) - 60) + "'}}";
        error(413, other.post("/api/triggers", limit));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/runs?state=x | state | is no parameter of this path | use status, graph, version, waitsFor, since, until, tag.KEY,"
                        + " error, order, limit, cursor",
                "/api/runs?status=done | status | is \"done\" | use one of queued, running, waiting, paused,"
                        + " completed, failed, cancelled",
                "/api/runs?limit=0 | limit | is \"0\" | use a whole number from 1 to 1000",
                "/api/runs?limit=1&limit=2 | limit | is given 2 times | give it once",
                "/api/runs?since=yesterday | since | is \"yesterday\" | write it like 2026-01-31T12:00:00Z",
                "/api/runs?cursor=AAAA | cursor | is none that a page gave | use \"next\" of the page before as it is",
                "/api/runs/good/events?after=-1 | after | is \"-1\" | use a whole number from 0 to 2147483647",
                "/api/queue?x=1 | x | is no parameter of this path | leave it out; there are none",
            })
    void saysWhatIsWrongWithAParameter(String path, String place, String problem, String remedy) {
        JsonNode detail = refused(400, path).path("details").get(0);
        assertThat(detail.path("place").asText()).isEqualTo(place);
        assertThat(detail.path("problem").asText()).isEqualTo(problem);
        assertThat(detail.path("remedy").asText()).isEqualTo(remedy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/runs?graph=a%00b", "/api/runs?tag.a%00b=c", "/api/runs/good/events?node=%00"})
    void refusesWhatPostgresCannotBeAskedFor(String path) {
        assertThat(refused(400, path).path("message").asText())
                .isEqualTo("the address has %00 in it, a character that nothing here has; leave it out");
    }

    @Test
    void findsNothingUnderATagThatNoRunHas() {
        assertThat(listed("tag.kind=%22%5C%27", 5)).isEmpty();
        assertThat(listed("tag.kind=%ED%A0%80", 5)).isEmpty();
        assertThat(listed("tag.=", 5)).isEmpty();
    }

    @Test
    void refusesInOneShapeWhatIsNotThere() {
        assertThat(refused(404, "/nothing").path("code").asText()).isEqualTo("not-found");
        assertThat(refused(404, "/api/nothing").path("code").asText()).isEqualTo("not-found");
        assertThat(error(405, other.send("DELETE", "/api/runs/good", "", "Content-Type", "application/json"))
                        .path("code")
                        .asText())
                .isEqualTo("method-not-allowed");
        assertThat(refused(406, "/api/runs", "Accept", "text/html").path("code").asText())
                .isEqualTo("not-acceptable");
        assertThat(refused(406, "/api/queue", "Accept", "text/event-stream")
                        .path("code")
                        .asText())
                .isEqualTo("not-acceptable");
        assertThat(other.get("/api/queue", "Accept", "text/html, */*;q=0.1").status())
                .isEqualTo(200);
        assertThat(error(415, other.send("POST", "/api/triggers", "{'graph': 'steps'}", "Content-Type", "text/plain"))
                        .path("code")
                        .asText())
                .isEqualTo("unsupported-media-type");
        for (String charset : List.of(
                "charset", "charset=", "x-charset}utf-16", "charset=none}at-all", "charset=x-none", "charset=utf-16")) {
            String type = "application/json; " + charset;
            assertThat(refused(415, "/api/runs", "Content-Type", type)
                            .path("message")
                            .asText())
                    .as(charset)
                    .endsWith("JSON is, so leave charset out");
            assertThat(other.get("/health/live", "Content-Type", type).status()).isEqualTo(200);
        }
        assertThat(other.get("/api/runs", "Content-Type", "application/json; Charset=\"UTF-8\"")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void tellsHowTheWorkerIs() {
        assertThat(other.found("/health").at("/parts/postgres/state").asText()).isEqualTo("ok");
        assertThat(other.found("/health").path("parts").properties())
                .extracting(Map.Entry::getKey)
                .containsExactly(
                        "kafka",
                        "postgres",
                        "lanes",
                        "readers",
                        "ownership",
                        "lease",
                        "registry",
                        "lag",
                        "queue",
                        "runs",
                        "clock",
                        "breakers",
                        "agents");
        assertThat(other.found("/health/ready").path("status").asText()).isEqualTo("ready");
        assertThat(other.found("/health/ready").at("/parts/postgres/state").asText())
                .isEqualTo("ok");
        assertThat(other.found("/health/live").path("status").asText()).isEqualTo("live");
        assertThat(other.get("/metrics").text()).contains("postroad_http_streams");
    }

    private static int shards(JsonNode workers) {
        int shards = 0;
        for (JsonNode worker : workers) {
            shards += worker.path("shards").size();
        }
        return shards;
    }

    private static List<String> places(JsonNode error) {
        return error.path("details").findValuesAsText("place");
    }
}
