package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import dev.postroad.runtime.testing.TaskServer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/** Runs that wait for tools of an MCP server, which work on as tasks, while their worker dies. */
@NullMarked
final class ToolTasks implements AutoCloseable {
    private static final String DEFINITIONS = """
            agent: tool
            kind: mcp
            tool: work
            url: URL
            ---
            agent: hasty
            kind: mcp
            tool: work
            url: URL
            timeout: PT2S
            retry: { maxAttempts: 100, backoff: PT0.1S }
            ---
            graph: patient
            state: { name: {}, text: {} }
            nodes: { work: { agent: tool, input: "{'name': state.name}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: asking
            state: { name: {}, text: {} }
            nodes: { work: { agent: tool, input: "{'name': state.name, 'how': 'asks'}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: hasty
            state: { name: {}, text: {} }
            nodes: { work: { agent: hasty, input: "{'name': state.name}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            """;

    private final TaskServer server = TaskServer.start();
    private final Site site;

    /** Begins them, and waits until they are at rest. */
    ToolTasks(Site site) {
        this.site = site;
        site.apply(DEFINITIONS.replace("URL", server.url()));
        List<String> runs = List.of("kept", "cancelled");
        runs.forEach(run -> run("patient", run));
        run("asking", "asked");
        runs.forEach(run -> site.journalWith(run, event -> event.type() == EventType.RUN_WAITING));
        site.journalWith(
                "asked",
                event -> event.type() == EventType.RUN_WAITING
                        && !event.data().path("interrupts").isEmpty());
    }

    /** Another worker goes on with the same tasks: no tool is called again. */
    void goOn(Worker another) throws Exception {
        areAskedForOnAndOnWithoutAnEvent();
        peopleAreToldWhoHasTheWork(another);
        whatATaskAsksIsAnsweredToIt(another);
        aCancelIsToldToTheServer();
        whatIsLateIsGivenUp();
        server.finish();
        assertThat(site.ended("kept"))
                .extracting(RunEvent::type)
                .containsExactly(
                        EventType.RUN_QUEUED,
                        EventType.RUN_STARTED,
                        EventType.NODE_STARTED,
                        EventType.NODE_WAITING,
                        EventType.RUN_WAITING,
                        EventType.RUN_RESUMED,
                        EventType.NODE_COMPLETED,
                        EventType.RUN_COMPLETED);
        assertThat(site.history()
                        .state("kept", null)
                        .orElseThrow()
                        .state()
                        .path("text")
                        .asText())
                .isEqualTo("kept");
        assertThat(server.called()).containsOnlyOnce("kept", "cancelled");
    }

    private void areAskedForOnAndOnWithoutAnEvent() throws Exception {
        int before = server.asked();
        Site.await("the new worker asks on and on", () -> server.asked() >= before + 3);
        assertThat(site.journal("kept"))
                .extracting(RunEvent::type)
                .endsWith(EventType.NODE_WAITING, EventType.RUN_WAITING);
    }

    private void peopleAreToldWhoHasTheWork(Worker worker) {
        try (Caller caller = new Caller(worker.httpPort())) {
            JsonNode reason = caller.found("/api/runs/kept/why").at("/reasons/0");
            assertThat(reason.path("code").asText()).isEqualTo("calling");
            assertThat(reason.path("what").asText()).isEqualTo("agent tool is at work for node work, attempt 1");
        }
    }

    private void whatATaskAsksIsAnsweredToIt(Worker worker) throws Exception {
        try (Caller caller = new Caller(worker.httpPort())) {
            JsonNode question = caller.found("/api/waiting?graph=asking").at("/waiting/0");
            assertThat(question.at("/ask/question").asText()).isEqualTo("which one?");
            assertThat(question.at("/schema/properties/size/enum/1").asText()).isEqualTo("large");
            assertThat(question.has("kept")).isFalse();
        }
        site.control(
                "asked",
                new Control.Resume(Map.of(Control.Resume.ONLY, Site.json("{'size': 'large'}")), null, List.of()));
        assertThat(site.ended("asked").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(site.history()
                        .state("asked", null)
                        .orElseThrow()
                        .state()
                        .path("text")
                        .asText())
                .isEqualTo("large");
        assertThat(server.called()).containsOnlyOnce("asked");
    }

    private void aCancelIsToldToTheServer() {
        site.control("cancelled", new Control.Cancel("enough"));
        assertThat(site.ended("cancelled").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        Site.await("the server knows", () -> server.cancelled().contains("cancelled"));
    }

    private void whatIsLateIsGivenUp() {
        run("hasty", "late");
        // The session may be long in beginning: then the attempt is late before it has a task, and the next has one.
        Site.await("the server is told", () -> server.cancelled().contains("late"));
        RunEvent retrying = site.journalWith("late", event -> event.type() == EventType.NODE_RETRYING).stream()
                .filter(event -> event.type() == EventType.NODE_RETRYING)
                .findFirst()
                .orElseThrow();
        assertThat(retrying.data().path("error").path("type").asText()).isEqualTo("timeout");
        site.control("late", new Control.Cancel("enough"));
        assertThat(site.ended("late").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
    }

    private void run(String graph, String run) {
        site.trigger(graph, run, "{'name': '" + run + "'}");
    }

    @Override
    public void close() {
        server.close();
    }
}
