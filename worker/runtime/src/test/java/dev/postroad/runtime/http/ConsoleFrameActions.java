package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.postroad.runtime.http.ConsolePages.button;
import static dev.postroad.runtime.http.ConsolePages.dialog;
import static dev.postroad.runtime.http.ConsolePages.inDialog;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.testing.MoodyAgent;
import dev.postroad.runtime.testing.MoodyAgent.Mood;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What is around the screens, how lists are filtered, and what happened to agents. */
@NullMarked
interface ConsoleFrameActions extends ConsolePages {
    @Test
    default void choosesColoursAndKeepsThem() {
        Page page = at("/runs");
        Locator theme = page.locator(".who button").first();
        Locator root = page.locator("html");
        assertThat(root).hasAttribute("data-theme", "auto");
        theme.click();
        assertThat(root).hasAttribute("data-theme", "light");
        theme.click();
        assertThat(root).hasAttribute("data-theme", "dark");
        page.reload();
        assertThat(root).hasAttribute("data-theme", "dark");
        assertThat(theme).containsText("dark");
        assertThat(page.locator("body")).hasCSS("background-color", "rgb(15, 19, 23)");
        theme.click();
        assertThat(root).hasAttribute("data-theme", "auto");
    }

    @Test
    default void leadsToTheSearchAndTheContentByKeys() {
        Page page = at("/runs");
        assertThat(page.getByLabel("Tag")).isVisible();
        page.keyboard().press("Tab");
        assertThat(page.locator(".skip")).isFocused();
        assertThat(page.locator(".skip")).isInViewport();
        page.keyboard().press("Enter");
        assertThat(page.locator("#main")).isFocused();
        page.keyboard().press("/");
        assertThat(page.getByLabel("Graph")).isFocused();
        // Whoever types a slash means a slash.
        page.getByLabel("Tag").focus();
        page.keyboard().type("a/b");
        assertThat(page.getByLabel("Tag")).hasValue("a/b");
    }

    /** The columns of a list, and its filters, with agents that cost, wait and break. */
    @Test
    default void showsWhereRunsAreAndWhatTheyCostAndFindsThem() {
        try (MoodyAgent agents = MoodyAgent.start()) {
            agents.is("dear", new Mood(200, "application/json", """
                {"output": {}, "usage": {"inputTokens": 1200, "outputTokens": 34, "cost": 0.5}}"""));
            String dear = "agent: dear\nkind: http\nurl: " + agents.url("dear") + "\n";
            String costs = """
                graph: costs
                nodes: { call: { agent: dear }, ask: { interrupt: "'well?'" } }
                edges: [{ from: START, to: call }, { from: call, to: ask }, { from: ask, to: END }]
                """;
            site().apply(dear + "---\n" + costs);
            trigger("costs", "costs-1", Map.of("tenant", "acme", "plan", "gold", "zone", "eu"));
            site().journalWith("costs-1", event -> event.type() == EventType.RUN_WAITING);
            Page page = at("/runs?graph=costs");
            Locator row = page.locator("table.runs tbody tr");
            assertThat(page.locator("table.runs thead")).containsText("plan");
            assertThat(row.locator("td.at")).hasText("ask");
            assertThat(row.locator("td.waits")).hasText("an answer");
            assertThat(row.locator("td.number")).hasText(new String[] {"1,234", "0.5"});
            assertThat(row.locator("td.tags")).hasText(new String[] {"gold", "tenant=acmezone=eu"});

            site().apply(costs + "description: Better\n");
            site().apply(dear + "timeout: PT7S\n");
            Site.await(
                    "they were changed",
                    () -> site().number("SELECT count(*) FROM postroad.graphs WHERE name = 'costs'") == 2
                            && site().number(
                                                    "SELECT count(*) FROM postroad.agents WHERE name = 'dear' AND definition ->> 'timeout' = 'PT7S'")
                                    == 1);
            site().send(site().topics().registry(), Site.bytes("agent/dear"), null);
            Site.await(
                    "the agent is gone",
                    () -> site().number(
                                            "SELECT count(*) FROM postroad.agents WHERE name = 'dear' AND removed_at IS NOT NULL")
                            == 1);
            // What is read of the registry counts for runs a moment after its row is there: before the next row is.
            site().apply(dear.replace("agent: dear", "agent: dearer"));
            Site.await(
                    "what came after it is there",
                    () -> site().number("SELECT count(*) FROM postroad.agents WHERE name = 'dearer'") == 1);
            trigger("costs", "costs-2", Map.of("tenant", "other"));
            Locator second = row.filter(new Locator.FilterOptions().setHasText("costs-2"));
            assertThat(second.locator("td.at")).hasText("call");
            assertThat(second.locator("td.waits")).containsText("agent dear");

            page.reload();
            assertThat(row).hasCount(2);
            page.getByLabel("Version").selectOption("1");
            assertThat(page).hasURL(Pattern.compile(".*version=1.*"));
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-1"});
            page.getByText("Clear").click();
            page.getByLabel("Waits for agent").fill("dear");
            page.getByLabel("Waits for agent").press("Enter");
            assertThat(page).hasURL(Pattern.compile(".*waitsFor=dear.*"));
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-2"});
            site().sql()
                    .useHandle(
                            handle -> handle.execute(
                                    "UPDATE postroad.runs SET queued_at = queued_at - interval '2 hours' WHERE run_id = 'costs-1'"));
            goTo(page, "/runs?graph=costs");
            assertThat(row).hasCount(2);
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-2", "costs-1"});
            page.getByLabel("First").selectOption("oldest");
            assertThat(page).hasURL(Pattern.compile(".*order=oldest.*"));
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-1", "costs-2"});
            page.getByLabel("Begun within").selectOption("PT1H");
            assertThat(page).hasURL(Pattern.compile(".*within=PT1H.*"));
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-2"});
            page.getByLabel("Begun within").selectOption("P1D");
            assertThat(row).hasCount(2);
            row.locator("td.tags a").getByText("acme").click();
            assertThat(page).hasURL(Pattern.compile(".*tag=tenant%3Dacme.*"));
            assertThat(row.locator("td.id")).hasText(new String[] {"costs-1"});
            assertThat(place().browsing().unreadable(page)).isEmpty();
        }
    }

    private void trigger(String graph, String run, Map<String, String> tags) {
        site().client()
                .trigger(new Trigger(
                        new Trigger.OfGraph(graph, null), run, (ObjectNode) Site.json("{}"), 0, null, tags));
    }

    @Test
    default void showsWhenABreakerWasOpenAndHowAnAgentWasChanged() {
        try (MoodyAgent agents = MoodyAgent.start()) {
            agents.is("frail", Mood.of(500, "out of order " + "0123456789".repeat(30)));
            String frail = "agent: frail\nkind: http\nurl: " + agents.url("frail") + """

                retry: { maxAttempts: 1 }
                circuitBreaker: { window: 2, minimumCalls: 2, failureRate: 50, openFor: PT1H, halfOpenCalls: 1 }
                """;
            site().apply(frail + "---\n" + """
                graph: frails
                nodes: { call: { agent: frail } }
                edges: [{ from: START, to: call }, { from: call, to: END }]
                """);
            // Each worker counts its own calls.
            List.of(1, 2, 3, 4, 5, 6).forEach(run -> site().trigger("frails", "frail-" + run, "{}"));
            Site.await(
                    "the breaker is open",
                    () -> site().number(
                                            "SELECT count(*) FROM postroad.agents WHERE name = 'frail' AND breaker = 'open'")
                            == 1);
            Page page = at("/agents/frail");
            Locator hour = page.locator(".strip").first();
            // Once, or again by the other worker.
            Pattern open = Pattern.compile("open (once|[0-9]+ times)");
            assertThat(hour).containsText(open);
            assertThat(hour.locator("rect.is-failed").first()).isVisible();
            button(page, "Enable…").click();
            inDialog(page, "Enable it").click();
            assertThat(page.locator(".why")).hasCount(0);
            site().apply(frail + "timeout: PT9S\n");
            Site.await(
                    "it was changed",
                    () -> site().number(
                                            "SELECT count(*) FROM postroad.agent_events WHERE agent = 'frail' AND type = 'agent.changed'")
                            == 1);
            page.reload();
            Locator changed = page.locator(".events .line", new Page.LocatorOptions().setHasText("agent.changed"));
            changed.click();
            assertThat(page.locator(".opened .patch")).containsText("timeout");
            assertThat(page.locator(".opened .patch")).containsText("\"PT9S\"");
            assertThat(hour).containsText(open);
            assertThat(place().browsing().unreadable(page)).isEmpty();

            goTo(page, "/errors?graph=frails");
            assertThat(page.locator("table.errors a[href='/agents/frail']").first())
                    .isVisible();
            String failed = site().sql()
                    .withHandle(handle -> handle.createQuery(
                                    "SELECT min(run_id) FROM postroad.runs WHERE graph = 'frails' AND status = 'failed'")
                            .mapTo(String.class)
                            .one());
            // What others wrote without a space makes no page wider than the screen.
            page.setViewportSize(390, 900);
            for (String path : List.of("/errors?graph=frails", "/agents/frail", "/runs/" + failed + "?task=call%401")) {
                goTo(page, path);
                assertThat(page.getByText("0123456789").first()).isVisible();
                assertThat(page.evaluate("document.documentElement.scrollWidth"))
                        .as(path)
                        .isEqualTo(390);
            }
            assertThat(place().browsing().unreadable(page)).isEmpty();
        }
    }

    /** Three runs at one a second, which the page does not ask for: so that there is something left to stop. */
    @Test
    default void stopsAnOrderForManyRuns() {
        // At one a second, so many that none waits for the page to be told in time.
        for (int i = 0; i < 60; i++) {
            trigger("letters", "stop-" + i, Map.of("batch", "stop"));
        }
        String waiting = "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'stop-%' AND status = 'waiting'";
        Site.await("all of them ask", () -> site().number(waiting) == 60);
        Page page = at("/runs?tag=batch%3Dstop");
        page.route("**/api/bulk", route -> {
            ObjectNode order = (ObjectNode)
                    ConsolePages.json(Objects.requireNonNull(route.request().postData()));
            route.resume(new Route.ResumeOptions()
                    .setPostData(order.put("perSecond", 1).toString()));
        });
        button(page, "All of these…").click();
        inDialog(page, "Cancel 60").click();
        inDialog(page, "Stop").click();
        assertThat(dialog(page)).containsText("left as they were; over.");
        inDialog(page, "Done").click();
        assertThat(site().number(waiting)).isPositive();
        for (int i = 0; i < 60; i++) {
            site().control("stop-" + i, new Control.Cancel(null));
        }
    }

    /** By the pointer: a part of the time is chosen, moved over and given up; and where its trace is looked at. */
    @Test
    default void choosesAPartOfTheTimeByThePointer() {
        Page page = at("/runs/asks?tab=timeline");
        Locator strip = page.locator(".overview svg");
        BoundingBox box = Objects.requireNonNull(strip.boundingBox());
        page.mouse().move(box.x + box.width * 0.25, box.y + 10);
        page.mouse().down();
        page.mouse().move(box.x + box.width * 0.5, box.y + 10);
        page.mouse().move(box.x + box.width * 0.75, box.y + 10);
        page.mouse().up();
        assertThat(button(page, "All")).hasAttribute("aria-pressed", "false");
        Locator brush = page.locator(".overview .brush");
        assertThat(Double.parseDouble(Objects.requireNonNull(brush.getAttribute("x"))))
                .isBetween(240.0, 260.0);
        assertThat(Double.parseDouble(Objects.requireNonNull(brush.getAttribute("width"))))
                .isBetween(490.0, 510.0);
        // Whoever lets go has chosen.
        page.mouse().move(box.x + 5, box.y + 10);
        assertThat(Double.parseDouble(Objects.requireNonNull(brush.getAttribute("x"))))
                .isBetween(240.0, 260.0);
        strip.dblclick();
        assertThat(button(page, "All")).hasAttribute("aria-pressed", "true");

        Locator link = page.locator(".traced a");
        assertThat(link)
                .hasAttribute("href", Pattern.compile("http://127.0.0.1:1/trace/[0-9a-f]{32}\\?span=[0-9a-f]{16}"));
        String ofTheRun = Objects.requireNonNull(link.getAttribute("href"));
        goTo(page, "/runs/asks?task=approve%403");
        assertThat(page.locator(".facts a[target=_blank]")).hasAttribute("href", ofTheRun);
    }
}
