package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.postroad.runtime.http.ConsolePages.button;
import static dev.postroad.runtime.http.ConsolePages.copied;
import static dev.postroad.runtime.http.ConsolePages.dialog;
import static dev.postroad.runtime.http.ConsolePages.downloaded;
import static dev.postroad.runtime.http.ConsolePages.fill;
import static dev.postroad.runtime.http.ConsolePages.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.ModelServer;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What can be done on the pages of a run, besides steering it. */
@NullMarked
interface ConsoleRunActions extends ConsolePages {
    @Test
    default void editsTheWritesOfATaskAndForks() {
        Page page = at("/runs/asks?task=plan%401");
        button(page, "Edit the writes and fork…").click();
        fill(page, "Id of the new run", "edited");
        fill(page, "Write this to its state first", "{\"parts\": [7]}");
        assertThat(dialog(page)).containsText("--as-node plan");
        send(page, "Fork");
        assertThat(page).hasURL(Pattern.compile(".*/runs/edited$"));
        site().journalWith("edited", event -> event.type() == EventType.RUN_WAITING);
        assertThat(inState("edited", "parts")).isEqualTo("[7]");
        assertThat(site().journal("edited").stream().filter(event -> "plan".equals(event.node())))
                .isEmpty();
        // What ran beside others cannot be written in its name without losing what they wrote.
        goTo(page, "/runs/asks?task=write%402");
        assertThat(button(page, "Copy as curl")).isVisible();
        assertThat(page.getByLabel("Writes")).containsText("Dear reader");
        assertThat(button(page, "Edit the writes and fork…")).hasCount(0);
    }

    @Test
    default void forksAStateThatWasEdited() {
        int version = site().history().state("asks", null).orElseThrow().version();
        Page page = at("/runs/asks?tab=state&version=" + version);
        button(page, "Fork from here…").click();
        fill(page, "Id of the new run", "written-over");
        fill(page, "Write this to its state first", "{\"text\": \"Dear all\"}");
        send(page, "Fork");
        assertThat(dialog(page)).hasCount(0);
        site().journalWith("written-over", event -> event.type() == EventType.RUN_WAITING);
        assertThat(inState("written-over", "text")).isEqualTo("\"Dear all\"");
    }

    /** Set by the mouse, seen in the picture, come to, and taken away by the keyboard. */
    @Test
    default void pausesARunAtANodeOfItsGraph() {
        site().apply("""
                graph: stops
                state: { said: {} }
                nodes: { wait: { interrupt: "'go?'", output: "{'said': result}" }, then: { set: "{'said': 'then'}" } }
                edges: [ { from: START, to: wait }, { from: wait, to: then }, { from: then, to: END } ]
                """);
        asking("stops", "stops-at");
        site().control("stops-at", new Control.Pause(new Breakpoints(List.of(), List.of(Breakpoints.ALL))));
        last("stops-at", EventType.BREAKPOINTS_SET);
        Page page = at("/runs/stops-at?tab=graph");
        // Of all nodes one is left out: the others are named.
        button(page, "Pauses after then").click();
        dialog(page).getByLabel("Pause after then").uncheck();
        assertThat(dialog(page)).containsText("postroad pause stops-at --after wait");
        send(page, "Set");
        // The page is told of it by the run's next event: before that its form still shows what was.
        assertThat(button(page, "Pause at then")).isVisible();
        button(page, "Pauses after wait").click();
        dialog(page).getByLabel("Pause after wait").uncheck();
        assertThat(dialog(page)).containsText("postroad pause stops-at --clear");
        send(page, "Set");
        assertThat(button(page, "Pause at wait")).isVisible();
        button(page, "Pause at then").click();
        dialog(page).getByLabel("Pause before then").check();
        assertThat(dialog(page)).containsText("postroad pause stops-at --before then");
        send(page, "Set");
        assertThat(button(page, "Pauses before then")).isVisible();
        assertThat(last("stops-at", EventType.BREAKPOINTS_SET).data().path("before"))
                .isEqualTo(ConsolePages.json("[\"then\"]"));
        site().control("stops-at", Control.Resume.with(ConsolePages.json("true")));
        assertThat(page.locator(".why")).containsText("The run was paused before node then");
        button(page, "Pauses before then").focus();
        page.keyboard().press("Enter");
        dialog(page).getByLabel("Pause before then").focus();
        page.keyboard().press("Space");
        assertThat(dialog(page)).containsText("postroad pause stops-at --clear");
        page.keyboard().press("Enter");
        assertThat(dialog(page)).hasCount(0);
        assertThat(button(page, "Pause at then")).isVisible();
        button(page, "Unpause").first().click();
        send(page, "Unpause");
        assertThat(site().ended("stops-at").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
    }

    @Test
    default void forgetsToPauseAtNodesThatAMigrationTookAway() {
        String shrinks = """
            graph: shrinks
            nodes: { wait: { interrupt: "'go?'" }, send: %s }
            edges: [ { from: START, to: wait }, { from: wait, to: send }, { from: send, to: END } ]
            """;
        site().apply(shrinks.formatted("{ graph: sending }"));
        asking("shrinks", "shrunk");
        site().control("shrunk", new Control.Pause(new Breakpoints(List.of("send", "send/stamp"), List.of())));
        last("shrunk", EventType.BREAKPOINTS_SET);
        site().apply(shrinks.formatted("{ set: \"{}\" }"));
        Site.await(
                "there are two versions",
                () -> site().number("SELECT count(*) FROM postroad.graphs WHERE name = 'shrinks'") == 2);
        site().control("shrunk", new Control.Migrate(2));
        last("shrunk", EventType.RUN_MIGRATED);
        try (Caller caller = new Caller(URI.create(place().here()).getPort())) {
            assertThat(caller.found("/api/runs/shrunk/nodes").at("/breakpoints/before"))
                    .isEqualTo(ConsolePages.json("[\"send\"]"));
        }
    }

    @Test
    default void copiesATaskAsCurl() {
        Page page = at("/runs/asks?task=write%402");
        String command = copied(page, button(page, "Copy as curl"));
        assertThat(command).startsWith("curl -s 'http://127.0.0.1:").endsWith("'");
        URI address = URI.create(command.substring(command.indexOf("http"), command.length() - 1));
        try (Caller caller = new Caller(address.getPort())) {
            assertThat(caller.found(address.getRawPath()).path("task").asText()).isEqualTo("write@2");
        }
    }

    @Test
    default void copiesAnEventAsMessageAndDownloadsTheJournal() {
        Page page = at("/runs/broken?tab=events&type=run.queued");
        page.locator(".events .line").click();
        JsonNode event = ConsolePages.json(copied(page, button(page, "Copy as JSON")));
        assertThat(event.path("type").asText()).isEqualTo("run.queued");
        String message = copied(page, button(page, "Copy as kcat message"));
        assertThat(message)
                .startsWith("printf '%s' '{")
                .contains(
                        "| kcat -P -b " + site().kafka() + " -t "
                                + site().topics().events() + " -k broken",
                        "-H ce_id=broken/1",
                        "-H ce_type=dev.postroad.run.queued");
        String value = message.substring(message.indexOf("'{") + 1, message.indexOf("}' | kcat") + 1);
        assertThat(ConsolePages.json(value)).isEqualTo(event);

        page.getByLabel("Type").selectOption("any");
        assertThat(page.locator(".events li").first()).containsText("run.failed");
        List<JsonNode> all = downloaded(page, button(page, "Download those shown"))
                .lines()
                .map(ConsolePages::json)
                .toList();
        assertThat(all)
                .extracting(line -> line.path("seq").asInt())
                .isEqualTo(site().journal("broken").stream().map(RunEvent::seq).toList());
    }

    @Test
    default void exportsAState() {
        Page page = at("/runs/asks?tab=state&version=2");
        assertThat(page.getByLabel("State at version 2")).containsText("parts");
        assertThat(ConsolePages.json(downloaded(page, button(page, "Export"))))
                .isEqualTo(site().history().state("asks", 2).orElseThrow().state());
        assertThat(page.locator(".versions li", new Page.LocatorOptions().setHasText("check, write")))
                .containsText("text by write");
        page.getByLabel("Compared with version").fill("0");
        page.getByLabel("Compared with version").press("Enter");
        assertThat(page).hasURL(Pattern.compile(".*against=0.*"));
        assertThat(page.locator(".patch")).containsText("/parts");
    }

    /** A task that waits for its next try is tried at once, and one that failed again. */
    @Test
    default void triesATaskAgain() {
        try (MoodyAgent agents = MoodyAgent.start()) {
            agents.is("tardy", new MoodyAgent.Mood(503, "text/plain", "later"));
            site().apply("agent: tardy\nkind: http\nurl: " + agents.url("tardy")
                    + "\nretry: { maxAttempts: 2, backoff: PT1H, maxBackoff: PT1H }\n---\n" + """
                        graph: tries
                        nodes: { call: { agent: tardy } }
                        edges: [{ from: START, to: call }, { from: call, to: END }]
                        """);
            for (String run : List.of("tried-now", "tried-again")) {
                site().trigger("tries", run, "{}");
                site().journalWith(run, event -> event.type() == EventType.NODE_RETRYING);
            }
            Page page = at("/runs/tried-again?task=call%401");
            Locator actions = page.locator(".view .actions");
            assertThat(page.locator(".view .facts")).containsText(Pattern.compile("Next try ?in (1 h|[45][0-9] m)"));
            press(actions, "Try now");
            send(page, "Try now");
            site().ended("tried-again");
            agents.is("tardy", MoodyAgent.WELL);
            press(actions, "Retry");
            send(page, "Retry");
            assertThat(site().journalWith("tried-again", event -> event.type() == EventType.RUN_COMPLETED))
                    .isNotEmpty();

            goTo(page, "/runs/tried-now?tab=tasks&taskStatus=retrying");
            page.locator("table.tasks a").click();
            press(actions, "Try now");
            send(page, "Try now");
            assertThat(page.locator(".title .status").first()).containsText("completed");
            assertThat(page.locator("table", new Page.LocatorOptions().setHasText("tried again")))
                    .containsText("http.503");
        }
    }

    @Test
    default void showsWhatAModelWasAskedAndWhatItSaidAndCalled() throws IOException {
        try (ModelServer models = ModelServer.start()) {
            models.service("sky", body -> "{\"output\": {\"sky\": \"grey\"}}");
            models.model(
                    "forecaster",
                    request -> ModelServer.results(request).isEmpty()
                            ? ModelServer.Turn.calls(new ModelServer.Call("c1", "sky", "{\"city\": \"Rome\"}"))
                            : ModelServer.Turn.says("It will rain."));
            site().apply("""
                    agent: sky
                    kind: http
                    url: %1$s/services/sky
                    ---
                    agent: forecaster
                    kind: llm
                    provider: openai
                    baseUrl: %1$s/v1
                    model: forecaster
                    system: You know the weather.
                    prompt: How will it be in Rome?
                    tools: [sky]
                    ---
                    graph: forecast
                    state: { text: {} }
                    nodes: { ask: { agent: forecaster } }
                    edges: [{ from: START, to: ask }, { from: ask, to: END }]
                    """.formatted(models.url()));
            site().trigger("forecast", "forecast", "{}");
            assertThat(site().journalWith("forecast", event -> event.type() == EventType.RUN_COMPLETED))
                    .isNotEmpty();
            Page page = at("/runs/forecast?task=ask%401");
            assertThat(page.locator(".view"))
                    .containsText(Pattern.compile(
                            "You know the weather.*How will it be in Rome.*sky.*Messages", Pattern.DOTALL));
            assertThat(page.locator(".view")).containsText("It will rain.");
            assertThat(page.locator(".turns")).containsText("sky({\"city\":\"Rome\"})");
            page.getByText("its answer").click();
            assertThat(page.locator(".view h2")).hasText("ask@1/sky@1.0");
            assertThat(page.locator(".view")).containsText("grey");
        }
    }

    private static void press(Locator where, String name) {
        where.getByText(name, new Locator.GetByTextOptions().setExact(true)).click();
    }

    /** By keys: the superstep of the graph, the part of the time, and what a node's lane is made of. */
    @Test
    default void movesThroughTheGraphAndTheTime() {
        Page page = at("/runs/asks");
        assertThat(page.getByLabel("approve, waiting, 1 task")).isVisible();
        page.getByLabel("Superstep").focus();
        page.keyboard().press("Home");
        assertThat(page.getByLabel("approve, not reached")).isVisible();
        page.keyboard().press("End");
        assertThat(page.getByLabel("approve, waiting, 1 task")).isVisible();
        button(page, "Larger").click();
        assertThat(button(page, "Fit")).hasAttribute("aria-pressed", "false");
        button(page, "Smaller").click();
        button(page, "Fit").click();
        assertThat(button(page, "Fit")).hasAttribute("aria-pressed", "true");
        assertThat(downloaded(page, page.locator("a[download$='.svg']"))).startsWith("<svg");

        goTo(page, "/runs/asks?tab=timeline");
        button(page, "Zoom in").click();
        assertThat(button(page, "All")).hasAttribute("aria-pressed", "false");
        button(page, "Earlier").click();
        button(page, "Later").click();
        button(page, "Zoom out").click();
        button(page, "All").click();
        assertThat(button(page, "All")).hasAttribute("aria-pressed", "true");
        button(page, "Tasks of check").focus();
        page.keyboard().press("Enter");
        assertThat(page.locator(".lane.inner")).hasCount(3);
        page.locator(".lane.inner a").first().click();
        assertThat(page).hasURL(Pattern.compile(".*task=check.*"));
    }
}
