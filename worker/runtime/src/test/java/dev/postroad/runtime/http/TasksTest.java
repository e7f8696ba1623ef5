package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.Control;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What became of each task of a run: whoever looks at one finds what went in, what came out, and how it failed. */
@NullMarked
final class TasksTest {
    private static final String GRAPHS = """
        graph: calls
        state: { n: { default: 1 }, out: {} }
        nodes:
          call: { agent: test-puppet, input: "{'n': state.n}", retry: { maxAttempts: 2, backoff: PT0.1S } }
          after: { set: "{'n': 2}" }
        edges: [{ from: START, to: call }, { from: call, to: after }, { from: after, to: END }]
        ---
        graph: fans
        state: { items: {}, done: { reducer: sum } }
        nodes: { work: { set: "{'done': 1}" }, ask: { interrupt: "'and?'" } }
        edges:
          - { from: START, forEach: "lists.range(state.items)", as: item, to: work }
          - { from: work, to: ask }
          - { from: ask, to: END }
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

    @Test
    void showsWhatWentInAndCameOutAndHowItFailedBefore() {
        PuppetAgent.play(
                "retried",
                call -> call.attempt() == 1
                        ? AgentReply.retryable("not-yet", "not yet")
                        : AgentReply.completed(Site.json("{'out': 'done'}")));
        SITE.trigger("calls", "retried", "{}");
        SITE.ended("retried");
        assertThat(caller.found("/api/runs/retried/tasks").path("tasks"))
                .extracting(task ->
                        task.path("task").asText() + " " + task.path("status").asText())
                .containsExactly("call@1 completed", "after@2 completed");
        JsonNode task = caller.found("/api/runs/retried/tasks/call%401");
        assertThat(task.path("agent").asText()).isEqualTo("test-puppet");
        assertThat(task.path("input")).isEqualTo(Site.json("{'n': 1}"));
        assertThat(task.path("output")).isEqualTo(Site.json("{'out': 'done'}"));
        assertThat(task.path("attempts").asInt()).isEqualTo(2);
        assertThat(task.path("calls"))
                .extracting(call -> call.path("status").asText())
                .containsExactly("failed", "completed");
        assertThat(task.at("/calls/0/error/message").asText()).isEqualTo("not yet");
        assertThat(caller.get("/api/runs/retried/tasks/call%402")
                        .json()
                        .at("/error/message")
                        .asText())
                .isEqualTo("run retried has no task call@2");
        assertThat(caller.get("/api/runs/nobody/tasks").status()).isEqualTo(404);
    }

    @Test
    void goesThroughManyTasksPageByPage() {
        SITE.trigger("fans", "wide", "{'items': 23}");
        SITE.journalWith("wide", event -> event.typeName().equals("run.waiting"));
        List<String> found = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = caller.found("/api/runs/wide/tasks?limit=5" + cursor);
            page.path("tasks").forEach(task -> found.add(task.path("task").asText()));
            cursor = page.has("next") ? "&cursor=" + page.path("next").asText() : "";
        } while (!cursor.isEmpty());
        assertThat(found).hasSize(24).doesNotHaveDuplicates().endsWith("ask@2");
        assertThat(caller.found("/api/runs/wide/tasks?node=ask&status=waiting").path("tasks"))
                .hasSize(1);
        assertThat(caller.found("/api/runs/wide/tasks?status=failed").path("tasks"))
                .isEmpty();
        assertThat(caller.get("/api/runs/wide/tasks?cursor=x").status()).isEqualTo(400);
        SITE.control("wide", new Control.Rollback(1, false));
        Site.await(
                "what came after is told apart",
                () -> caller.found("/api/runs/wide/tasks?node=ask")
                        .at("/tasks/0/superseded")
                        .asBoolean());
    }
}
