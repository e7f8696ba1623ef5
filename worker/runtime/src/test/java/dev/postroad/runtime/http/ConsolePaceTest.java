package dev.postroad.runtime.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.testing.Browsing;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How soon the console shows something where there is much to show: prints the figures as one line of JSON, and asserts only
 * that all of it is shown. Run by {@code scripts/bench pages}; with {@code -Dpostroad.console.only=tab=state} of those pages
 * alone whose address has that.
 */
@NullMarked
@EnabledIfSystemProperty(
        named = "postroad.console.runs",
        matches = "[0-9]+",
        disabledReason = "measures; say -Dpostroad.console.runs=100000")
final class ConsolePaceTest {
    private static final int RUNS = Integer.getInteger("postroad.console.runs", 1_000);
    private static final int TASKS = Integer.getInteger("postroad.console.tasks", 10_000);
    private static final int LOOKS = Integer.getInteger("postroad.console.looks", 50);
    private static final String ONLY = System.getProperty("postroad.console.only", "");
    private static final int FAIL_EVERY = 100;

    private static final String GRAPHS = """
        graph: tiny
        state: { s: { reducer: last, default: "1" }, n: { reducer: last } }
        nodes: { count: { set: "{'n': int(state.s)}" } }
        edges: [{ from: START, to: count }, { from: count, to: END }]
        ---
        graph: broad
        state: { parts: { reducer: last } }
        nodes: { plan: { set: "{}" }, check: { set: "{}" }, ask: { interrupt: "'well?'" } }
        edges:
          - { from: START, to: plan }
          - { from: plan, forEach: "state.parts", to: check }
          - { from: check, to: ask }
          - { from: ask, to: END }
        limits: { tasks: 100000 }
        """;

    /** When the first of what is looked for is there, in milliseconds since the navigation began. */
    private static final String NOTE = """
        window.__awaited = (selector) => new Promise((found) => {
          const look = () => document.querySelector(selector) ? found(performance.now()) : requestAnimationFrame(look);
          look();
        });""";

    /** When the first of the page was painted, which the browser may note a little after it is there. */
    private static final String PAINTED = """
        () => new Promise((found) => {
          const look = () => {
            const paint = performance.getEntriesByName("first-contentful-paint")[0];
            if (paint) found(paint.startTime);
            else requestAnimationFrame(look);
          };
          look();
        })""";

    private static final ObjectNode FIGURES = JsonNodeFactory.instance
            .objectNode()
            .put("runs", RUNS)
            .put("tasks", TASKS)
            .put("looks", LOOKS);

    private static final Site SITE = Site.open();
    private static Browsing browsing = Browsing.none();
    private static String here = "";
    private static int port;

    @BeforeAll
    static void start() {
        browsing = Browsing.start();
        port = SITE.worker().httpPort();
        here = "http://127.0.0.1:" + port;
        SITE.apply(GRAPHS);
        Site.await("the graphs are there", () -> SITE.number("SELECT count(*) FROM postroad.graphs") == 2);
        for (int i = 0; i < RUNS; i++) {
            boolean fails = i % FAIL_EVERY == 0;
            SITE.trigger("tiny", (fails ? "bad-" : "good-") + i, fails ? "{\"s\": \"x\"}" : "{}");
        }
        Site.await(
                "all have ended",
                () -> SITE.number("SELECT count(*) FROM postroad.runs WHERE ended_at IS NOT NULL") == RUNS);
        String parts = IntStream.range(0, TASKS).mapToObj(String::valueOf).collect(Collectors.joining(","));
        SITE.trigger("broad", "broad", "{\"parts\": [" + parts + "]}");
        SITE.journalWith("broad", event -> event.type() == EventType.RUN_WAITING);
        SITE.sql().useHandle(handle -> handle.execute("ANALYZE"));
    }

    @AfterAll
    static void stop() {
        System.out.println(FIGURES);
        browsing.close();
        SITE.close();
    }

    @Test
    void showsEachPageOfALargeStore() {
        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("/runs", "table.runs a");
        screens.put("/runs?status=failed", "table.runs a");
        screens.put("/runs/broad", ".picture .box");
        screens.put("/runs/broad?tab=timeline", ".lane");
        screens.put("/runs/broad?tab=tasks", "table.tasks a");
        screens.put("/runs/broad?tab=state", ".patch, .versions li");
        screens.put("/runs/broad?tab=events", ".events li");
        screens.put("/inbox", ".question");
        screens.put("/agents", "main h1");
        screens.put("/graphs", "main h1");
        screens.put("/graphs/broad", ".picture .box");
        screens.put("/errors", "table.errors");
        screens.put("/workers", "table.workers");
        screens.put("/queue", "main h1");
        screens.put("/schedules", "main h1");
        screens.put("/cost", "main h1");
        screens.put("/dead-letters", "main h1");
        screens.keySet().removeIf(path -> !path.contains(ONLY));
        screens.forEach((path, selector) -> {
            Page page = browsing.page(ColorScheme.LIGHT, 1280);
            page.addInitScript(NOTE);
            List<Double> painted = new ArrayList<>();
            List<Double> shown = new ArrayList<>();
            for (int i = 0; i < LOOKS; i++) {
                page.navigate(here + path);
                shown.add(number(page.evaluate("selector => window.__awaited(selector)", selector)));
                painted.add(number(page.evaluate(PAINTED)));
            }
            assertThat(page.locator(".problem").count()).as(path).isZero();
            ObjectNode figures = FIGURES.withObject("/pages").putObject(path);
            put(figures, "firstPaint", painted);
            put(figures, "content", shown);
            figures.put("heapMegabytes", Math.round(megabytes(page)));
            Renderers.put(page, figures);
            browsing.leavePages();
        });
    }

    /** What the pages of the run of many tasks ask for, without a browser. */
    @Test
    void answersWhatThePagesOfALargeRunAskFor() {
        try (Caller caller = new Caller(port)) {
            for (String path : List.of(
                    "",
                    "/why",
                    "/nodes",
                    "/state",
                    "/state?version=1",
                    "/history?from=0&to=3&limit=200",
                    "/diff?from=2&to=3",
                    "/tasks?limit=200",
                    "/timeline",
                    "/events?order=newest&limit=200")) {
                List<Double> took = new ArrayList<>();
                for (int i = 0; i < LOOKS; i++) {
                    long begun = System.nanoTime();
                    assertThat(caller.get("/api/runs/broad" + path).status())
                            .as(path)
                            .isEqualTo(200);
                    took.add((System.nanoTime() - begun) / 1e6);
                }
                put(FIGURES.withObject("/answers"), path.isEmpty() ? "/" : path, took);
            }
        }
    }

    @Test
    void filtersALargeList() {
        Page page = browsing.page(ColorScheme.LIGHT, 1280);
        List<Double> took = new ArrayList<>();
        for (int i = 0; i < LOOKS; i++) {
            page.navigate(here + "/runs");
            page.locator("table.runs td.id").first().waitFor();
            took.add(number(page.evaluate("""
                () => new Promise((done) => {
                  const begun = performance.now();
                  const look = () => {
                    const ids = [...document.querySelectorAll("table.runs td.id")].map((cell) => cell.textContent);
                    if (ids.length > 0 && ids.every((id) => id.startsWith("bad-"))) done(performance.now() - begun);
                    else requestAnimationFrame(look);
                  };
                  document.querySelector('.statuses a[aria-label^="failed"]').click();
                  look();
                })""")));
        }
        put(FIGURES, "filter", took);
        assertThat(page.locator("table.runs td.id").count()).isPositive();
    }

    private static void put(ObjectNode figures, String name, List<Double> took) {
        figures.putObject(name)
                .put("p50Millis", Math.round(quantile(took, 50)))
                .put("p95Millis", Math.round(quantile(took, 95)));
    }

    private static double number(Object found) {
        return ((Number) found).doubleValue();
    }

    private static double quantile(List<Double> values, int percent) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    /** The heap of the page's scripts, once all that is garbage is gone. */
    private static double megabytes(Page page) {
        CDPSession session = page.context().newCDPSession(page);
        session.send("HeapProfiler.collectGarbage");
        return session.send("Runtime.getHeapUsage").get("usedSize").getAsDouble() / 1e6;
    }
}
