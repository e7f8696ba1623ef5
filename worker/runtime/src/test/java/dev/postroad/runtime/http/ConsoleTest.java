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
import dev.postroad.runtime.testing.Browsing;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.PuppetAgent;
import dev.postroad.runtime.testing.Site;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The console, as a person meets it: in a browser, on a worker with real servers. More of it is in {@link ConsoleActionsTest}. */
@NullMarked
final class ConsoleTest implements ConsoleInboxActions {
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
    private static final ConsolePlace PLACE = ConsolePlace.open();
    private static final Site SITE = PLACE.site();
    private static final Browsing BROWSING = PLACE.browsing();
    private static final String HERE = PLACE.here();
    private static final String GUARDED = PLACE.guarded();

    @AfterAll
    static void stop() {
        PLACE.close();
    }

    @AfterEach
    void leavesTheOriginNowhereAndBreaksNoPolicy() {
        BROWSING.leavePages();
        assertThat(BROWSING.faults()).isEmpty();
    }

    @Override
    public ConsolePlace place() {
        return PLACE;
    }

    @Test
    void canBeReadByEverybodyInEachOfItsScreensAndThemes() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
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
            page.navigate(HERE + path);
            assertThat(page.locator(there).first()).isVisible();
            assertThat(page.locator(".problem")).hasCount(0);
            assertThat(Objects.requireNonNull(page.locator("main h1").boundingBox()).y)
                    .as("nothing is above the title of " + path)
                    .isLessThan(150);
            assertThat(BROWSING.unreadable(page)).as(path).isEmpty();
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            assertThat(BROWSING.faint(page)).as(path + " in the dark").isEmpty();
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        });
    }

    @Test
    void fitsANarrowScreen() {
        Page page = BROWSING.page(ColorScheme.DARK, 390);
        for (String path : List.of("/runs", "/runs/asks", "/inbox", "/workers")) {
            page.navigate(HERE + path);
            assertThat(page.locator("main h1")).isVisible();
            assertThat(page.locator("main :is(.picture .box, .question, table a, table.workers)")
                            .first())
                    .isVisible();
            assertThat(page.evaluate("document.documentElement.scrollWidth"))
                    .as(path)
                    .isEqualTo(390);
            assertThat(BROWSING.unreadable(page)).as(path).isEmpty();
        }
    }

    @Test
    void showsNewRunsWithoutALoadAndFindsThemByTheirTags() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(HERE + "/runs");
        assertThat(page.locator(".live")).hasText("Live");
        SITE.trigger("sending", "just-now", "{}");
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
        SITE.trigger("sending", "meanwhile", "{}");
        assertThat(completed).not().hasText(before);
        page.getByLabel("Tag").press("Enter");
        assertThat(page.locator(".empty")).containsText("No run is as the filter says");
    }

    @Test
    void showsWhereARunIsAndWhatHappenedToItsTasks() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(HERE + "/runs/asks");
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        Page late = BROWSING.page(ColorScheme.LIGHT, 1280);
        SITE.trigger("letters", "twice", "{}");
        SITE.journalWith("twice", event -> event.type() == EventType.RUN_WAITING);
        for (Page each : List.of(page, late)) {
            each.navigate(HERE + "/inbox?run=twice");
            assertThat(each.locator(".question h2")).hasText("Send it?");
            assertThat(each.locator("nav .badge")).hasText(Pattern.compile("[1-9][0-9]*"));
        }
        // What the late one sees stays as it is.
        late.route("**/api/waiting**", Route::abort);
        page.getByText("No", new Page.GetByTextOptions().setExact(true)).check();
        button(page, "Answer").click();
        assertThat(page.locator(".sayings")).containsText("twice: answered");
        assertThat(page.locator(".empty")).isVisible();
        SITE.ended("twice");
        assertThat(SITE.history()
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(HERE + "/runs/by-hand");
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        for (String run : List.of("all-1", "all-2")) {
            SITE.client().trigger(Trigger.of("letters", run, (ObjectNode) Site.json("{}")));
            SITE.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        page.navigate(HERE + "/runs?graph=breaks&status=failed");
        button(page, "All of these…").click();
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("postroad retry --status failed --graph breaks");
        page.navigate(HERE + "/runs?graph=letters&status=waiting");
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        for (String run : List.of("batch-1", "batch-2")) {
            SITE.client()
                    .trigger(new Trigger(
                            new Trigger.OfGraph("letters", null),
                            run,
                            (ObjectNode) Site.json("{}"),
                            0,
                            null,
                            Map.of("batch", "b7")));
            SITE.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        page.navigate(HERE + "/runs?graph=letters&version=1&tag=batch%3Db7");
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
        assertThat(SITE.ended("batch-2").getLast().type()).isEqualTo(EventType.RUN_CANCELLED);
        assertThat(SITE.number("SELECT count(*) FROM postroad.bulks WHERE selection -> 'tags' ->> 'batch' = 'b7'"))
                .isEqualTo(2);
    }

    @Test
    void disablesAnAgentWithAReasonAndEnablesIt() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(HERE + "/agents/clerk");
        button(page, "Disable…").click();
        page.getByLabel("Why").fill("on holiday");
        assertThat(page.getByRole(AriaRole.DIALOG)).containsText("postroad agents disable clerk --why 'on holiday'");
        inDialog(page, "Disable it").click();
        assertThat(page.locator(".why")).containsText("on holiday");
        button(page, "Enable…").click();
        inDialog(page, "Enable it").click();
        assertThat(page.locator(".why")).hasCount(0);
        CountDownLatch seen = new CountDownLatch(1);
        PuppetAgent.play("called", call -> {
            call.log().info("it is half done");
            while (!seen.await(50, TimeUnit.MILLISECONDS)) {
                call.output().emit("half a letter");
            }
            return PuppetAgent.nothing();
        });
        button(page, "Try a call…").click();
        page.getByLabel("Run id").fill("called");
        inDialog(page, "Call it").click();
        assertThat(page).hasURL(HERE + "/runs/called");
        try {
            page.locator(".box a[aria-label$='running, 1 task']").click();
            assertThat(page.locator(".shown")).containsText("half a letter");
        } finally {
            seen.countDown();
        }
        assertThat(page.locator(".title .status").first()).containsText("completed");
        assertThat(page.locator(".log")).containsText("it is half done");
    }

    @Test
    void findsEventsOfEachTypeThatAJournalHas() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(HERE + "/runs/broken?tab=events");
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        page.navigate(GUARDED + "/runs");
        page.getByLabel("Token of this worker").fill(ConsolePlace.READER.token());
        button(page, "Sign in").click();
        assertThat(page.locator("h1")).hasText("Runs");
        for (String path :
                List.of("/runs/asks", "/runs/asks?tab=state", "/inbox", "/agents/clerk", "/errors", "/runs")) {
            page.navigate(GUARDED + path);
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 390);
        page.navigate(GUARDED + "/runs/asks");
        page.getByLabel("Token of this worker").fill("wrong-wrong-wrong");
        button(page, "Sign in").click();
        assertThat(page.locator(".problem")).containsText("a token of this worker");
        page.getByLabel("Token of this worker").fill(ConsolePlace.TOKEN);
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        Locator status = page.locator(".title .status").first();
        SITE.trigger("letters", "steered", "{}");
        SITE.journalWith("steered", event -> event.type() == EventType.RUN_WAITING);
        page.navigate(HERE + "/runs/steered");
        button(page, "Pause").click();
        inDialog(page, "Pause").click();
        assertThat(status).containsText("paused");
        button(page, "Unpause").first().click();
        inDialog(page, "Unpause").click();
        assertThat(status).containsText("waiting");

        page.navigate(HERE + "/runs/steered?tab=state&version=1");
        button(page, "Write to the state…").click();
        page.getByLabel("Writes").fill("{\"text\": \"Dear all\"}");
        page.getByLabel("As if this node had written it").fill("write");
        inDialog(page, "Write").click();
        assertThat(status).containsText("paused");
        button(page, "Roll back to here…").click();
        inDialog(page, "Roll back").click();
        assertThat(status).containsText("waiting");
        assertThat(SITE.journal("steered")).anyMatch(event -> event.type() == EventType.RUN_ROLLED_BACK);
        button(page, "Fork from here…").click();
        page.getByLabel("Id of the new run").fill("branched");
        inDialog(page, "Fork").click();
        assertThat(page).hasURL(HERE + "/runs/branched");
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
        assertThat(page).hasURL(HERE + "/runs/alike");
        assertThat(status).containsText("waiting");
    }

    @Test
    void pausesAScheduleAndHasItStartARunAtOnce() {
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        SITE.apply("schedule: rarely\ngraph: sending\nevery: P1D\n");
        page.navigate(HERE + "/schedules");
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
        try (Caller caller = new Caller(URI.create(HERE).getPort())) {
            AtomicInteger runs = new AtomicInteger();
            Site.await("those who looked are gone", () -> {
                double before = asked(caller);
                for (int i = 0; i < 5; i++) {
                    String run = "unseen-" + runs.incrementAndGet();
                    SITE.trigger("sending", run, "{}");
                    SITE.ended(run);
                }
                return asked(caller) == before;
            });
            double before = asked(caller);
            Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
            page.navigate(HERE + "/runs");
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
        Page page = BROWSING.page(ColorScheme.LIGHT, 1280);
        Locator why = page.locator(".why");
        Locator status = page.locator(".title .status");

        SITE.apply(COUNTS.formatted("int(state.s)"));
        SITE.trigger("counts", "mended", "{}");
        SITE.ended("mended");
        page.navigate(HERE + "/runs/mended");
        assertThat(why).containsText("Node bad failed with expression");
        assertThat(why.locator(".times")).containsText("since");
        assertThat(why.locator(".remedy")).containsText("Correct the expression in the graph, and apply it");
        SITE.apply(COUNTS.formatted("size(state.s)"));
        Site.await(
                "the graph was changed",
                () -> SITE.number("SELECT count(*) FROM postroad.graphs WHERE name = 'counts'") == 2);
        page.reload();
        assertThat(why).containsText("the graph was changed, to version 2");
        help(page, "Migrate");
        assertThat(page.locator(".facts")).containsText("counts @2");
        help(page, "Retry");
        assertThat(status).containsText("completed");

        try (MoodyAgent agents = MoodyAgent.start()) {
            String chatty = "agent: chatty\nkind: http\nurl: " + agents.url("chatty") + "\n";
            agents.is("chatty", new MoodyAgent.Mood(200, "text/html", "<html></html>"));
            SITE.apply(chatty + "---\n" + CALLS);
            SITE.trigger("calls", "html", "{}");
            page.navigate(HERE + "/runs/html");
            assertThat(why).containsText("the answer is not JSON but HTML or XML: <html></html>");
            agents.is("chatty", MoodyAgent.WELL);
            help(page, "Retry");
            assertThat(status).containsText("completed");

            SITE.send(SITE.topics().registry(), Site.bytes("agent/chatty"), null);
            Site.await(
                    "the worker knows that the agent is gone",
                    () -> page.request().get(HERE + "/api/agents/chatty").status() == 404);
            SITE.trigger("calls", "gone", "{}");
            page.navigate(HERE + "/runs/gone");
            assertThat(why).containsText("Node call needs agent chatty, which was removed");
            SITE.apply(chatty);
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
