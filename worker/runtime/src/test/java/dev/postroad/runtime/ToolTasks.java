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
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** Runs that wait for tools of MCP servers, which work on as tasks, while their worker dies. */
@NullMarked
final class ToolTasks implements AutoCloseable {
    private static final String DEFINITIONS = """
            agent: NAME-tool
            kind: mcp
            tool: work
            url: URL
            ---
            agent: NAME-hasty
            kind: mcp
            tool: work
            url: URL
            timeout: PT2S
            retry: { maxAttempts: 100, backoff: PT0.1S }
            ---
            graph: NAME-patient
            state: { name: {}, text: {} }
            nodes: { work: { agent: NAME-tool, input: "{'name': state.name}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: NAME-asking
            state: { name: {}, text: {} }
            nodes: { work: { agent: NAME-tool, input: "{'name': state.name, 'how': 'asks'}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            ---
            graph: NAME-hasty
            state: { name: {}, text: {} }
            nodes: { work: { agent: NAME-hasty, input: "{'name': state.name}" } }
            edges: [ { from: START, to: work }, { from: work, to: END } ]
            """;

    private final Site site;
    private final List<Served> all;

    /** One of the servers, and the runs that have its tools. */
    private record Served(String name, TaskServer server) {
        String run(String what) {
            return name + "-" + what;
        }
    }

    /** Begins them at each server that is installed, and waits until they are at rest. */
    ToolTasks(Site site) {
        this.site = site;
        this.all = Stream.of(TaskServer.Protocol.values())
                .filter(TaskServer.Protocol::isInstalled)
                .map(protocol -> new Served(protocol.name().toLowerCase(Locale.ROOT), TaskServer.start(protocol)))
                .toList();
        for (Served served : all) {
            site.apply(DEFINITIONS.replace("NAME", served.name).replace("URL", served.server.url()));
            start(served, "patient", "kept", "cancelled");
            start(served, "asking", "asked", "unanswered");
        }
        for (Served served : all) {
            Stream.of("kept", "cancelled")
                    .forEach(run -> site.journalWith(served.run(run), event -> event.type() == EventType.RUN_WAITING));
            Stream.of("asked", "unanswered").forEach(run -> site.journalWith(served.run(run), ToolTasks::asks));
        }
    }

    private static boolean asks(RunEvent event) {
        return event.type() == EventType.RUN_WAITING
                && !event.data().path("interrupts").isEmpty();
    }

    private void start(Served served, String graph, String... runs) {
        for (String run : runs) {
            String name = served.run(run);
            site.trigger(served.run(graph), name, "{'name': '" + name + "'}");
        }
    }

    /** Another worker goes on with the same tasks: no tool is called again. */
    void goOn(Worker another) throws Exception {
        areAskedForOnAndOnWithoutAnEvent();
        for (Served served : all) {
            peopleAreToldWhoHasTheWork(served, another);
            aTaskAsks(served, another);
            answer(served);
            cancel(served, "cancelled");
            cancel(served, "unanswered");
            start(served, "hasty", "late");
        }
        for (Served served : all) {
            theAnswerCame(served);
            aCancelIsToldToTheServer(served, "cancelled");
            aCancelIsToldToTheServer(served, "unanswered");
            whatIsLateIsGivenUp(served);
            served.server.finish();
        }
        for (Served served : all) {
            goesOnToItsEnd(served);
        }
    }

    private void goesOnToItsEnd(Served served) throws Exception {
        String run = served.run("kept");
        assertThat(site.ended(run))
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
        assertThat(text(run)).isEqualTo(run);
        assertThat(served.server.called()).containsOnlyOnce(run, served.run("cancelled"), served.run("unanswered"));
    }

    private String text(String run) {
        return site.history()
                .state(run, null)
                .orElseThrow()
                .state()
                .path("text")
                .asText();
    }

    private void areAskedForOnAndOnWithoutAnEvent() throws Exception {
        for (Served served : all) {
            int before = served.server.asked();
            Site.await("the new worker asks on and on", () -> served.server.asked() >= before + 3);
            assertThat(site.journal(served.run("kept")))
                    .extracting(RunEvent::type)
                    .endsWith(EventType.NODE_WAITING, EventType.RUN_WAITING);
        }
    }

    private static void peopleAreToldWhoHasTheWork(Served served, Worker worker) {
        try (Caller caller = new Caller(worker.httpPort())) {
            JsonNode reason =
                    caller.found("/api/runs/" + served.run("kept") + "/why").at("/reasons/0");
            assertThat(reason.path("code").asText()).isEqualTo("calling");
            assertThat(reason.path("what").asText())
                    .isEqualTo("agent " + served.run("tool") + " is at work for node work, attempt 1");
        }
    }

    private static void aTaskAsks(Served served, Worker worker) {
        try (Caller caller = new Caller(worker.httpPort())) {
            JsonNode question =
                    caller.found("/api/waiting?graph=" + served.run("asking")).at("/waiting/0");
            assertThat(question.at("/ask/question").asText()).isEqualTo("which one?");
            assertThat(question.at("/schema/properties/size/enum/1").asText()).isEqualTo("large");
            assertThat(question.has("kept")).isFalse();
        }
    }

    private void answer(Served served) {
        Map<String, JsonNode> answer = Map.of(Control.Resume.ONLY, Site.json("{'size': 'large'}"));
        site.control(served.run("asked"), new Control.Resume(answer, null, List.of()));
    }

    private void theAnswerCame(Served served) throws Exception {
        String run = served.run("asked");
        assertThat(site.ended(run).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(text(run)).isEqualTo("large");
        assertThat(served.server.called()).containsOnlyOnce(run);
    }

    private void cancel(Served served, String what) {
        site.control(served.run(what), new Control.Cancel("enough"));
    }

    private void aCancelIsToldToTheServer(Served served, String what) {
        String run = served.run(what);
        assertThat(site.ended(run).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        Site.await("the server knows", () -> served.server.cancelled().contains(run));
    }

    private void whatIsLateIsGivenUp(Served served) {
        String run = served.run("late");
        // The server may be long in saying what it speaks: then the attempt ends before it has a task, and the next has
        // one.
        Site.await("the server is told", () -> served.server.cancelled().contains(run));
        site.journalWith(
                run,
                event -> event.type() == EventType.NODE_RETRYING
                        && event.data().at("/error/type").asText().equals("timeout"));
        cancel(served, "late");
        assertThat(site.ended(run).getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
    }

    @Override
    public void close() {
        all.forEach(served -> served.server.close());
    }
}
