package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.postroad.runtime.http.ConsolePages.button;
import static dev.postroad.runtime.http.ConsolePages.inDialog;
import static dev.postroad.runtime.http.ConsolePages.tabTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.TokenLine;
import dev.postroad.runtime.testing.Browsing;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The console, as a person meets it: in a browser, on a worker with real servers. More of it by screens, on the same site. */
@NullMarked
final class ConsoleTest
        implements ConsoleInboxActions, ConsoleRunActions, ConsoleOperationActions, ConsoleFrameActions {
    private static final String TOKEN = "0123456789-abcdef";
    private static final String GRAPHS = """
        graph: letters
        state: { parts: { reducer: last }, text: { reducer: last }, ok: { reducer: last } }
        nodes:
          plan: { set: "{'parts': [1, 2, 3]}" }
          write: { set: "{'text': 'Dear reader'}" }
          check: { set: "{}" }
          approve:
            interrupt:
              ask: "{'question': 'Send it?', 'draft': state.text}"
              schema: { type: object, required: [approved], properties: { approved: { type: boolean }, note: { type: string } } }
            output: "{'ok': result.approved}"
          send: { graph: sending }
        edges:
          - { from: START, to: plan }
          - { from: plan, to: write }
          - { from: plan, forEach: "state.parts", to: check }
          - { from: [write, check], to: approve }
          - { from: approve, to: send }
          - { from: send, to: END }
        ---
        graph: breaks
        state: { s: { reducer: last, default: x }, n: { reducer: last } }
        nodes: { bad: { set: "{'n': int(state.s)}" } }
        edges: [{ from: START, to: bad }, { from: bad, to: END }]
        ---
        graph: picks
        queue: { concurrency: [{ runs: 50 }] }
        nodes: { choose: { interrupt: { ask: "'Which?'", schema: { enum: [a, b] } } } }
        edges: [{ from: START, to: choose }, { from: choose, to: END }]
        ---
        agent: clerk
        kind: java
        provider: test-puppet
        """;
    private static final String COUNTS = """
        graph: counts
        state: { s: { reducer: last, default: x }, n: { reducer: last } }
        nodes: { bad: { set: "{'n': %s}" } }
        edges: [{ from: START, to: bad }, { from: bad, to: END }]
        """;
    private static final String CALLS = """
        graph: calls
        nodes: { call: { agent: chatty } }
        edges: [{ from: START, to: call }, { from: call, to: END }]
        """;
    private static final String SENDING = """
        graph: sending
        nodes: { stamp: { set: "{}" } }
        edges: [{ from: START, to: stamp }, { from: stamp, to: END }]
        """;

    /** All of a graph but its name. */
    static final String ASKS = """
        nodes: { ask: { interrupt: "'well?'" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private static final TokenLine.New READER = TokenLine.generate("ada", Role.READER, Map.of(), new SecureRandom());

    private static Site site = Site.open();
    private static Browsing browsing = Browsing.none();
    private static String here = "";
    private static String guarded = "";

    @BeforeAll
    static void start() {
        browsing = Browsing.start();
        here = "http://127.0.0.1:"
                + site.worker(Map.of("POSTROAD_TRACE_LINK", "http://127.0.0.1:1/trace/{traceId}?span={spanId}"))
                        .httpPort();
        guarded = "http://127.0.0.1:"
                + site.worker(Map.of("POSTROAD_HTTP_TOKEN", TOKEN, "POSTROAD_HTTP_TOKENS", READER.line()))
                        .httpPort();
        site.apply(SENDING);
        site.apply(GRAPHS);
        for (String run : List.of("asks", "by-hand", "many-1", "many-2")) {
            site.trigger("letters", run, "{}");
        }
        site.trigger("breaks", "broken", "{}");
        site.ended("broken");
        for (String run : List.of("asks", "by-hand", "many-1", "many-2")) {
            site.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
    }

    @AfterAll
    static void stop() {
        browsing.close();
        site.close();
    }

    @AfterEach
    void leavesTheOriginNowhereAndBreaksNoPolicy() {
        browsing.leavePages();
        assertThat(browsing.faults()).isEmpty();
    }

    @Override
    public Place place() {
        return new Place(site, browsing, here);
    }

    @Test
    void canBeReadByEverybodyInEachOfItsScreensAndThemes() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        Map<String, String> screens = Map.ofEntries(
                Map.entry("/runs", "table.runs a"),
                Map.entry("/runs/asks", ".picture .box"),
                Map.entry("/runs/asks?tab=timeline", ".lane"),
                Map.entry("/runs/asks?tab=tasks", "table.tasks a"),
                Map.entry("/runs/asks?task=approve%403", ".facts"),
                Map.entry("/runs/asks?tab=state", ".patch, .versions li:nth-child(2)"),
                Map.entry("/runs/asks?tab=events", ".events li"),
                Map.entry("/inbox", ".question"),
                Map.entry("/agents", "table.agents a"),
                Map.entry("/agents/clerk", ".events li"),
                Map.entry("/graphs/letters", ".picture .box"),
                Map.entry("/errors", "table.errors"),
                Map.entry("/workers", "table.workers"),
                Map.entry("/queue", "table.limits"),
                Map.entry("/cost", "main table a"));
        screens.forEach((path, there) -> {
            page.navigate(here + path);
            assertThat(page.locator(there).first()).isVisible();
            assertThat(page.locator(".problem")).hasCount(0);
            assertThat(browsing.unreadable(page)).as(path).isEmpty();
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            assertThat(browsing.faint(page)).as(path + " in the dark").isEmpty();
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        });
    }

    @Test
    void fitsANarrowScreen() {
        Page page = browsing.page(ColorScheme.DARK, 390);
        for (String path : List.of("/runs", "/runs/asks", "/inbox", "/workers")) {
            page.navigate(here + path);
            assertThat(page.locator("main h1")).isVisible();
            assertThat(page.locator("main :is(.picture .box, .question, table a, table.workers)")
                            .first())
                    .isVisible();
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as(path)
                    .isEqualTo(390);
            assertThat(browsing.unreadable(page)).as(path).isEmpty();
        }
    }

    @Test
    void showsNewRunsWithoutALoadAndFindsThemByTheirTags() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(here + "/runs");
        assertThat(page.locator(".live")).hasText("Live");
        site.trigger("sending", "just-now", "{}");
        assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("just-now")))
                .isVisible();
        page.locator(".statuses a", new Page.LocatorOptions().setHasText("failed"))
                .click();
        assertThat(page).hasURL(Pattern.compile(".*\\?status=failed$"));
        assertThat(page.locator("table.runs td.id")
                        .filter(new Locator.FilterOptions().setHasText("broken"))
                        .first())
                .isVisible();
        assertThat(page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("just-now")))
                .hasCount(0);
        page.getByLabel("Tag").fill("tenant=nobody");
        // What is being typed outlives what comes meanwhile.
        Locator completed = page.locator(".statuses a", new Page.LocatorOptions().setHasText("completed"));
        String before = completed.textContent();
        site.trigger("sending", "meanwhile", "{}");
        assertThat(completed).not().hasText(before);
        page.getByLabel("Tag").press("Enter");
        assertThat(page.locator(".empty")).containsText("No run is as the filter says");
    }

    @Test
    void showsWhereARunIsAndWhatHappenedToItsTasks() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(here + "/runs/asks");
        assertThat(page.locator(".why")).containsText("Node approve asks a person");
        assertThat(page.getByLabel("approve, waiting, 1 task")).isVisible();
        assertThat(page.getByLabel("check, completed, 3 tasks")).isVisible();
        assertThat(page.locator(".box.is-join")).containsText("2 of 2");
        page.getByLabel("Open graph send").click();
        assertThat(page.locator(".box", new Page.LocatorOptions().setHasText("stamp")))
                .isVisible();
        page.getByLabel("write, completed, 1 task").click();
        assertThat(page.getByLabel("Writes")).containsText("Dear reader");
    }

    @Test
    void answersWhatIsAskedAndSaysWhatIsNoLongerAsked() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        Page late = browsing.page(ColorScheme.LIGHT, 1280);
        site.trigger("letters", "twice", "{}");
        site.journalWith("twice", event -> event.type() == EventType.RUN_WAITING);
        for (Page each : List.of(page, late)) {
            each.navigate(here + "/inbox?run=twice");
            assertThat(each.locator(".question h2")).hasText("Send it?");
        }
        // What the late one sees stays as it is.
        late.route("**/api/waiting**", Route::abort);
        page.getByText("No", new Page.GetByTextOptions().setExact(true)).check();
        button(page, "Answer").click();
        assertThat(page.locator(".sayings")).containsText("twice: answered");
        assertThat(page.locator(".empty")).isVisible();
        site.ended("twice");
        assertThat(site.history()
                        .state("twice", null)
                        .orElseThrow()
                        .state()
                        .path("ok")
                        .asBoolean(true))
                .isFalse();
        button(late, "Answer").click();
        assertThat(late.locator(".question .problem")).isVisible();
    }

    /** Nothing but keys, from the address on. */
    @Test
    void cancelsARunByTheKeyboardAlone() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(here + "/runs/by-hand");
        assertThat(button(page, "Cancel")).isVisible();
        tabTo(page, "Cancel");
        page.keyboard().press("Enter");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("postroad cancel by-hand");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("\"type\":\"cancel\"");
        tabTo(page, "");
        page.keyboard().type("no longer wanted");
        page.keyboard().press("Enter");
        assertThat(page.locator(".why")).containsText("no longer wanted");
        assertThat(button(page, "Retry").first()).isVisible();
    }

    @Test
    void cancelsAllThatAFilterFinds() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        for (String run : List.of("all-1", "all-2")) {
            site.client().trigger(Trigger.of("letters", run, (ObjectNode) Site.json("{}")));
            site.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        page.navigate(here + "/runs?graph=letters&status=waiting");
        button(page, "All of these…").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("postroad cancel --status waiting --graph letters");
        page.getByLabel("Command").selectOption("pause");
        assertThat(page.getByRole(AriaRole.DIALOG))
                .containsText("postroad bulk --action '{\"type\":\"pause\"}' --status waiting --graph letters");
        inDialog(page, "Leave it").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    }

    @Test
    void ordersOfTheWorkerWhatIsToBeDoneToAllThatAFilterFinds() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        for (String run : List.of("batch-1", "batch-2")) {
            site.client()
                    .trigger(new Trigger(
                            new Trigger.OfGraph("letters", null),
                            run,
                            (ObjectNode) Site.json("{}"),
                            0,
                            null,
                            Map.of("batch", "b7")));
            site.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        page.navigate(here + "/runs?graph=letters&version=1&tag=batch%3Db7");
        button(page, "All of these…").click();
        assertThat(page.getByRole(AriaRole.DIALOG))
                .containsText("postroad cancel --status queued,running,waiting,paused --graph letters"
                        + " --graph-version 1 --tag batch=b7");
        page.getByLabel("Command").selectOption("migrate");
        page.getByLabel("To this version of the graph").fill("7");
        inDialog(page, "Migrate 2").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("0 done, 2 refused; over.");
        assertThat(page.locator(".failed-ids")).containsText("there is no version 7 of graph letters");
        inDialog(page, "Done").click();
        button(page, "All of these…").click();
        inDialog(page, "Cancel 2").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("2 done, 0 refused; over.");
        assertThat(site.ended("batch-2").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(site.number("SELECT count(*) FROM postroad.bulks WHERE selection -> 'tags' ->> 'batch' = 'b7'"))
                .isEqualTo(2);
    }

    @Test
    void disablesAnAgentWithAReasonAndEnablesIt() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(here + "/agents/clerk");
        button(page, "Disable…").click();
        page.getByLabel("Why").fill("on holiday");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("postroad agents disable clerk --why 'on holiday'");
        inDialog(page, "Disable it").click();
        assertThat(page.locator(".why")).containsText("on holiday");
        button(page, "Enable…").click();
        inDialog(page, "Enable it").click();
        assertThat(page.locator(".why")).hasCount(0);
        PuppetAgent.play("called", call -> {
            call.log().info("it is half done");
            return PuppetAgent.nothing();
        });
        button(page, "Try a call…").click();
        page.getByLabel("Run id").fill("called");
        inDialog(page, "Call it").click();
        assertThat(page).hasURL(here + "/runs/called");
        assertThat(page.locator(".title .status")).containsText("completed");
        page.navigate(here + "/runs/called?tab=tasks");
        page.locator("table.tasks a").first().click();
        assertThat(page.locator(".log")).containsText("it is half done");
    }

    @Test
    void findsEventsOfEachTypeThatAJournalHas() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(here + "/runs/broken?tab=events");
        assertThat(page.locator(".events li").first()).isVisible();
        List<String> types = EventType.known()
                .map(EventType::publicName)
                .filter(type -> !type.startsWith("trigger."))
                .toList();
        assertThat(page.getByLabel("Type").locator("option").allTextContents())
                .contains("any")
                .containsAll(types)
                .hasSize(types.size() + 1);
    }

    @Test
    void showsNoButtonThatMayNotBePressed() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        page.navigate(guarded + "/runs");
        page.getByLabel("Token of this worker").fill(READER.token());
        button(page, "Sign in").click();
        assertThat(page.locator("h1")).hasText("Runs");
        for (String path :
                List.of("/runs/asks", "/runs/asks?tab=state", "/inbox", "/agents/clerk", "/errors", "/runs")) {
            page.navigate(guarded + path);
            assertThat(page.locator("main h1")).isVisible();
            assertThat(page.locator("main :is(.picture .box, .versions li, .question, .events li, table a)")
                            .first())
                    .isVisible();
            assertThat(page.locator("main button[title^='Sends'], main form.answer, main .primary:not(a)"))
                    .hasCount(0);
        }
    }

    @Test
    void letsInByATokenThatNoScriptCanRead() {
        Page page = browsing.page(ColorScheme.LIGHT, 390);
        page.navigate(guarded + "/runs/asks");
        page.getByLabel("Token of this worker").fill("wrong-wrong-wrong");
        button(page, "Sign in").click();
        assertThat(page.locator(".problem")).containsText("a token of this worker");
        page.getByLabel("Token of this worker").fill(TOKEN);
        button(page, "Sign in").click();
        assertThat(page.locator("h1")).hasText("asks");
        assertThat(page.evaluate("document.cookie")).isEqualTo("");
        button(page, "Pause").click();
        inDialog(page, "Leave it").click();
        button(page, "Sign out").click();
        assertThat(page.getByLabel("Token of this worker")).isVisible();
        page.reload();
        assertThat(page.getByLabel("Token of this worker")).isVisible();
    }

    /** The commands of a run that no other test presses, one after the other, as a person would. */
    @Test
    void steersARunFromItsPages() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        Locator status = page.locator(".title .status").first();
        site.trigger("letters", "steered", "{}");
        site.journalWith("steered", event -> event.type() == EventType.RUN_WAITING);
        page.navigate(here + "/runs/steered");
        button(page, "Pause").click();
        inDialog(page, "Pause").click();
        assertThat(status).containsText("paused");
        button(page, "Unpause").first().click();
        inDialog(page, "Unpause").click();
        assertThat(status).containsText("waiting");

        page.navigate(here + "/runs/steered?tab=state&version=1");
        button(page, "Write to the state…").click();
        page.getByLabel("Writes").fill("{\"text\": \"Dear all\"}");
        page.getByLabel("As if this node had written it").fill("write");
        inDialog(page, "Write").click();
        assertThat(status).containsText("paused");
        button(page, "Roll back to here…").click();
        inDialog(page, "Roll back").click();
        assertThat(status).containsText("waiting");
        assertThat(site.journal("steered")).anyMatch(event -> event.type() == EventType.RUN_ROLLED_BACK);
        button(page, "Fork from here…").click();
        page.getByLabel("Id of the new run").fill("branched");
        inDialog(page, "Fork").click();
        assertThat(page).hasURL(here + "/runs/branched");
        assertThat(page.locator("h1")).hasText("branched");
        assertThat(status).containsText("waiting");

        button(page, "Cancel").first().click();
        inDialog(page, "Cancel the run").click();
        assertThat(status).containsText("cancelled");
        button(page, "Continue…").click();
        inDialog(page, "Continue the run").click();
        assertThat(status).containsText("waiting");
        button(page, "Start one like this…").click();
        page.getByLabel("Run id; one is made where it is empty").fill("alike");
        inDialog(page, "Start the run").click();
        assertThat(page).hasURL(here + "/runs/alike");
        assertThat(status).containsText("waiting");
    }

    @Test
    void pausesAScheduleAndHasItStartARunAtOnce() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        site.apply("schedule: rarely\ngraph: sending\nevery: P1D\n");
        page.navigate(here + "/schedules");
        Locator row = page.locator("table.schedules tr", new Page.LocatorOptions().setHasText("rarely"));
        row.getByText("Pause…").click();
        page.getByLabel("Reason, for people").fill("on holiday");
        inDialog(page, "Pause").click();
        assertThat(row).containsText("on holiday");
        row.getByText("Unpause").click();
        inDialog(page, "Unpause").click();
        row.getByText("Start one now…").click();
        inDialog(page, "Start one now").click();
        assertThat(page.locator(".sayings")).containsText("Asked for: rarely:");
        assertThat(row).containsText("completed");
    }

    /** What the console shows is asked for by its pages alone: without one, no connection for answers is taken. */
    @Test
    void asksNothingOfPostgresWhileNobodyLooks() {
        try (Caller caller = new Caller(URI.create(here).getPort())) {
            AtomicInteger runs = new AtomicInteger();
            Site.await("those who looked are gone", () -> {
                double before = asked(caller);
                for (int i = 0; i < 5; i++) {
                    String run = "unseen-" + runs.incrementAndGet();
                    site.trigger("sending", run, "{}");
                    site.ended(run);
                }
                return asked(caller) == before;
            });
            double before = asked(caller);
            Page page = browsing.page(ColorScheme.LIGHT, 1280);
            page.navigate(here + "/runs");
            assertThat(page.locator(".live")).hasText("Live");
            assertThat(asked(caller)).isGreaterThan(before);
        }
    }

    private static double asked(Caller caller) {
        return caller.get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("hikaricp_connections_acquire_seconds_count")
                        && line.contains("pool=\"postroad-http\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    /** Three of the faults that PlantedFaultsTest plants: what is said stands there, and its buttons help. */
    @Test
    void saysWhyARunDoesNotGoOnAndHasTheButtonThatHelps() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        Locator why = page.locator(".why");
        Locator status = page.locator(".title .status");

        site.apply(COUNTS.formatted("int(state.s)"));
        site.trigger("counts", "mended", "{}");
        site.ended("mended");
        page.navigate(here + "/runs/mended");
        assertThat(why).containsText("Node bad failed with expression");
        assertThat(why.locator(".times")).containsText("since");
        assertThat(why.locator(".remedy")).containsText("Correct the expression in the graph, and apply it");
        site.apply(COUNTS.formatted("size(state.s)"));
        Site.await(
                "the graph was changed",
                () -> site.number("SELECT count(*) FROM postroad.graphs WHERE name = 'counts'") == 2);
        page.reload();
        assertThat(why).containsText("the graph was changed, to version 2");
        help(page, "Migrate");
        assertThat(page.locator(".facts")).containsText("counts @2");
        help(page, "Retry");
        assertThat(status).containsText("completed");

        try (MoodyAgent agents = MoodyAgent.start()) {
            String chatty = "agent: chatty\nkind: http\nurl: " + agents.url("chatty") + "\n";
            agents.is("chatty", new MoodyAgent.Mood(200, "text/html", "<html></html>"));
            site.apply(chatty + "---\n" + CALLS);
            site.trigger("calls", "html", "{}");
            page.navigate(here + "/runs/html");
            assertThat(why).containsText("the answer is not JSON but HTML or XML: <html></html>");
            agents.is("chatty", MoodyAgent.WELL);
            help(page, "Retry");
            assertThat(status).containsText("completed");

            site.send(site.topics().registry(), Site.bytes("agent/chatty"), null);
            Site.await(
                    "the agent is gone",
                    () -> site.number(
                                    "SELECT count(*) FROM postroad.agents WHERE name = 'chatty' AND removed_at IS NULL")
                            == 0);
            site.trigger("calls", "gone", "{}");
            page.navigate(here + "/runs/gone");
            assertThat(why).containsText("Node call needs agent chatty, which was removed");
            site.apply(chatty);
            assertThat(status).containsText("completed");
        }
    }

    private static void help(Page page, String name) {
        page.locator(".why")
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true))
                .click();
        inDialog(page, name).click();
        assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
    }
}
