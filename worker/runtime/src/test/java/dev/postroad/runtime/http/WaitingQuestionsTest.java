package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Caller.Reply;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What people are asked, over all runs, whatever becomes of these. */
@NullMarked
final class WaitingQuestionsTest {
    private static final String GRAPHS = """
        graph: approval
        state: { approved: {}, who: { default: ada }, round: { reducer: sum, default: 0 } }
        nodes:
          draft: { set: "{'round': 1}" }
          approve:
            interrupt:
              ask: "{'question': 'Publish?', 'round': state.round}"
              schema: { type: string, enum: ["yes", "no"] }
              assignee: "state.who"
              timeout: P2D
              onTimeout: "no"
            output: "{'approved': result}"
        edges: [{ from: START, to: draft }, { from: draft, to: approve }, { from: approve, to: END }]
        ---
        graph: plain
        state: { a: {}, b: {}, c: {} }
        nodes:
          a: { interrupt: "'a?'", output: "{'a': result}" }
          b: { interrupt: { ask: "'b?'", assignee: "'ben'" }, output: "{'b': result}" }
          c: { interrupt: { ask: "'c?'", assignee: "'cleo'", timeout: PT1H }, output: "{'c': result}" }
        edges: [{ from: START, to: [a, b, c] }, { from: [a, b, c], to: END }]
        ---
        graph: inner
        state: { a: {} }
        nodes: { ask: { interrupt: "'inside?'", output: "{'a': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        graph: outer
        state: { a: {} }
        nodes: { part: { graph: inner } }
        edges: [{ from: START, to: part }, { from: part, to: END }]
        ---
        graph: hasty
        state: { a: {} }
        nodes: { ask: { interrupt: { ask: "'now?'", timeout: PT1S }, output: "{'a': result}" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        ---
        graph: breaks
        state: { a: {} }
        nodes:
          ask: { interrupt: "'and?'", output: "{'a': result}" }
          bad: { set: "{'a': int('x')}" }
        edges: [{ from: START, to: [ask, bad] }, { from: [ask, bad], to: END }]
        """;

    private static final Site SITE = Site.open();
    private static Caller caller = new Caller(0);

    @BeforeAll
    static void start() {
        caller = SITE.caller();
        SITE.apply(GRAPHS);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static List<JsonNode> waiting(String query) {
        List<JsonNode> all = new ArrayList<>();
        caller.found("/api/waiting" + query).path("waiting").forEach(all::add);
        return all;
    }

    /** Those of one run, found as all are. */
    private static List<JsonNode> asked(String runId) {
        return waiting("?limit=1000").stream()
                .filter(question -> question.path("runId").asText().equals(runId))
                .toList();
    }

    private static void await(String runId, int questions) {
        Site.await(
                runId + " asks " + questions + " questions", () -> asked(runId).size() == questions);
    }

    private static void trigger(String graph, String runId, String more) {
        post("/api/triggers", "{'graph': '" + graph + "', 'runId': '" + runId + "'" + more + "}");
    }

    private static void post(String path, String body) {
        Reply reply = caller.post(path, body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(202);
    }

    private static void control(JsonNode message) {
        post("/api/control", message.toString());
    }

    private static List<String> texts(List<JsonNode> questions, String field) {
        return questions.stream().map(question -> question.path(field).asText()).toList();
    }

    @Test
    void aQuestionIsListedWithAllThatItTakesToAnswerIt() {
        trigger("approval", "book", ", 'tags': {'tenant': 'acme'}");
        await("book", 1);
        JsonNode question = asked("book").getFirst();
        assertThat(question.path("ask")).isEqualTo(Site.json("{'question': 'Publish?', 'round': 1}"));
        assertThat(question.at("/schema/enum")).hasSize(2);
        assertThat(question.path("assignee").asText()).isEqualTo("ada");
        assertThat(question.path("tags")).isEqualTo(Site.json("{'tenant': 'acme'}"));
        assertThat(question.path("status").asText()).isEqualTo("waiting");
        assertThat(question.path("dueAt").asText())
                .isGreaterThan(question.path("askedAt").asText());
        ObjectNode answer = question.path("answer").deepCopy();
        control(answer.put("value", "yes"));
        SITE.ended("book");
        assertThat(SITE.history()
                        .state("book", null)
                        .orElseThrow()
                        .state()
                        .path("approved")
                        .asText())
                .isEqualTo("yes");
        await("book", 0);
    }

    @Test
    void questionsAreFoundByGraphAssigneeTagAndTime() {
        trigger("plain", "three", ", 'tags': {'tenant': 'three'}");
        trigger("approval", "one", ", 'tags': {'tenant': 'one'}, 'input': {'who': 'Zoë \\\\, jr'}");
        await("three", 3);
        await("one", 1);
        assertThat(texts(waiting("?tag.tenant=three"), "ask")).containsExactly("a?", "b?", "c?");
        assertThat(texts(waiting("?tag.tenant=three&assignee=cleo"), "ask")).containsExactly("c?");
        assertThat(waiting("?assignee=cl")).isEmpty();
        assertThat(texts(waiting("?assignee=Zo%C3%AB%20%5C%2C%20jr"), "runId")).containsExactly("one");
        assertThat(waiting("?graph=approval&tag.tenant=three")).isEmpty();
        assertThat(texts(waiting("?graph=approval&tag.tenant=one"), "node")).containsExactly("approve");
        String askedAt = waiting("?tag.tenant=one").getFirst().path("askedAt").asText();
        assertThat(waiting("?tag.tenant=one&since=" + askedAt)).hasSize(1);
        assertThat(waiting("?tag.tenant=one&since=2999-01-01T00:00:00Z")).isEmpty();
        assertThat(waiting("?since=%2B999999999-01-01T00:00:00Z")).isEmpty();
        String dueAt = waiting("?tag.tenant=one").getFirst().path("dueAt").asText();
        assertThat(texts(waiting("?tag.tenant=three&due=" + dueAt), "ask")).containsExactly("c?");
        assertThat(waiting("?tag.tenant=one&due=" + dueAt)).isEmpty();
        assertThat(caller.get("/api/waiting?order=never&asignee=x&cursor=y")
                        .json()
                        .at("/error/details"))
                .extracting(fault -> fault.path("place").asText())
                .containsExactlyInAnyOrder("order", "asignee");
        assertThat(caller.get("/api/waiting?cursor=y")
                        .json()
                        .at("/error/details/0/place")
                        .asText())
                .isEqualTo("cursor");
    }

    @Test
    void pagesGoOnWithinTheQuestionsOfARunInEitherOrder() {
        for (int i = 0; i < 3; i++) {
            trigger("plain", "page-" + i, ", 'tags': {'pages': 'yes'}");
            await("page-" + i, 3);
        }
        trigger("inner", "page-without-end", ", 'tags': {'pages': 'yes'}");
        await("page-without-end", 1);
        for (String order : List.of("asked", "due")) {
            List<String> found = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = caller.get("/api/waiting?tag.pages=yes&limit=2&order=" + order + cursor)
                        .json();
                page.path("waiting")
                        .forEach(question -> found.add(question.path("runId").asText() + " "
                                + question.path("ask").asText()));
                cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
            } while (!cursor.isEmpty());
            assertThat(found)
                    .as(order)
                    .containsExactly(
                            "page-0 a?",
                            "page-0 b?",
                            "page-0 c?",
                            "page-1 a?",
                            "page-1 b?",
                            "page-1 c?",
                            "page-2 a?",
                            "page-2 b?",
                            "page-2 c?",
                            "page-without-end inside?");
        }
    }

    @Test
    void oneOfSeveralQuestionsIsAnsweredAndTheOthersStay() {
        trigger("plain", "several", "");
        await("several", 3);
        control(((ObjectNode) asked("several").get(1).path("answer").deepCopy()).put("value", 2));
        await("several", 2);
        assertThat(texts(asked("several"), "ask")).containsExactly("a?", "c?");
    }

    @Test
    void aQuestionInAGraphInsideIsAnsweredFromTheList() {
        trigger("outer", "nested", "");
        await("nested", 1);
        assertThat(asked("nested").getFirst().path("task").asText()).contains("/");
        control(((ObjectNode) asked("nested").getFirst().path("answer").deepCopy()).put("value", "yes"));
        SITE.ended("nested");
        await("nested", 0);
    }

    @Test
    void aQuestionIsListedUntilTheRunDoesSomethingElse() {
        trigger("approval", "changes", "");
        await("changes", 1);
        SITE.control("changes", new Control.Reassign(null, "grace"));
        Site.await(
                "it is another's",
                () -> texts(asked("changes"), "assignee").equals(List.of("grace"))
                        && waiting("?assignee=grace").size() == 1);
        SITE.control("changes", new Control.Pause());
        Site.await("it is paused", () -> texts(asked("changes"), "status").equals(List.of("paused")));
        SITE.control("changes", new Control.Fork(1, "changes-fork", null, null, null));
        await("changes-fork", 1);
        SITE.control("changes", new Control.Rollback(1, false));
        await("changes", 0);
        SITE.control("changes", new Control.Unpause());
        await("changes", 1);
        assertThat(asked("changes").getFirst().at("/ask/round").asInt()).isEqualTo(1);
        SITE.control("changes", new Control.Cancel(null));
        await("changes", 0);
        assertThat(asked("changes-fork")).hasSize(1);
    }

    @Test
    void aQuestionWhoseTimeIsUpIsListedNoMore() {
        trigger("hasty", "late", "");
        List<RunEvent> journal = SITE.ended("late");
        assertThat(journal).extracting(RunEvent::type).contains(EventType.RUN_WAITING, EventType.RUN_FAILED);
        assertThat(asked("late")).isEmpty();
        assertThat(SITE.number("SELECT count(*) FROM postroad.runs WHERE questions IS NOT NULL AND run_id = 'late'"))
                .isZero();
    }

    @Test
    void aRunThatFailedBesideItsQuestionStillAsks() {
        trigger("breaks", "broken", "");
        SITE.ended("broken");
        await("broken", 1);
        assertThat(asked("broken").getFirst().path("status").asText()).isEqualTo("failed");
    }

    @Test
    void questionsThatAnotherReleaseLeftOpenAreListedToo() {
        trigger("approval", "model", "");
        await("model", 1);
        int rows = SITE.journal("model").size();
        SITE.copyBeginning("model", rows, "left-behind", "waiting");
        await("left-behind", 1);
        assertThat(asked("left-behind").getFirst().path("ask"))
                .isEqualTo(asked("model").getFirst().path("ask"));
        SITE.control("left-behind", Control.Resume.with(Site.json("'no'")));
        SITE.ended("left-behind");
        await("left-behind", 0);
    }

    @Test
    void whatAnOlderWorkerMadeUntrueIsNotShown() {
        trigger("approval", "stale", "");
        await("stale", 1);
        // As one that knows nothing of questions writes it when the run goes on and ends.
        SITE.sql()
                .useHandle(handle -> handle.execute(
                        "UPDATE postroad.runs SET status = 'paused', status_seq = status_seq + 1, questions = '[]'"
                                + " WHERE run_id = 'stale'"));
        await("stale", 1);
        assertThat(SITE.history().find("stale").orElseThrow().status()).isEqualTo(RunStatus.PAUSED);
        SITE.sql()
                .useHandle(
                        handle -> handle.execute(
                                "UPDATE postroad.runs SET status = 'completed', status_seq = status_seq + 1 WHERE run_id = 'stale'"));
        assertThat(asked("stale")).isEmpty();
    }
}
