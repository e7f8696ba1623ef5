package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.postroad.runtime.http.ConsolePages.button;
import static dev.postroad.runtime.http.ConsolePages.dialog;
import static dev.postroad.runtime.http.ConsolePages.fill;
import static dev.postroad.runtime.http.ConsolePages.inDialog;
import static dev.postroad.runtime.http.ConsolePages.send;
import static dev.postroad.runtime.http.ConsolePages.tabTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What can be done with many runs at once, and with what stands beside them. */
@NullMarked
interface ConsoleOperationActions extends ConsolePages {
    @Test
    default void retriesAGroupOfErrors() {
        site().trigger("breaks", "broken-too", "{}");
        site().ended("broken-too");
        Page page = at("/errors");
        page.getByLabel("Graph").selectOption("breaks");
        assertThat(page).hasURL(Pattern.compile(".*graph=breaks"));
        page.locator("table.errors")
                .getByText("Retry…", new Locator.GetByTextOptions().setExact(true))
                .click();
        send(page, "Retry 2");
        assertThat(page.locator(".sayings")).containsText("2 are retried");
        for (String run : List.of("broken", "broken-too")) {
            last(run, EventType.RUN_RETRIED);
            site().ended(run);
        }
    }

    @Test
    default void catchesUpWithASchedule() {
        site().apply("schedule: hourly\ngraph: sending\ncron: \"0 * * * *\"\noverlap: allow\n---\n"
                + "schedule: often\ngraph: lasts\nevery: PT1S\noverlap: skip\n---\ngraph: lasts\n" + ConsolePlace.ASKS);
        Site.await(
                "a time was skipped, as the run before goes on",
                () -> site().number("SELECT count(*) FROM postroad.agent_events WHERE type = 'schedule.skipped'") > 0);
        Page page = at("/schedules");
        assertThat(page.locator("table.schedules tr", new Page.LocatorOptions().setHasText("often")))
                .containsText(Pattern.compile("[0-9]+ skipped"));
        site().send(site().topics().registry(), Site.bytes("schedule/often"), null);
        Locator row = page.locator("table.schedules tr", new Page.LocatorOptions().setHasText("hourly"));
        row.getByText("Catch up…").click();
        fill(page, "From", "2026-01-31T00:30:00Z");
        fill(page, "To", "2026-01-31T03:30:00Z");
        send(page, "Start them");
        assertThat(page.locator(".sayings")).containsText("3 runs are asked for");
        Site.await(
                "they have run",
                () -> site().number(
                                        "SELECT count(*) FROM postroad.runs WHERE run_id LIKE 'hourly:2026-01-31%' AND status = 'completed'")
                        == 3);
    }

    @Test
    default void changesALimitAndSetsABudget() {
        Page page = at("/queue");
        Locator row = page.locator("table.limits tr", new Page.LocatorOptions().setHasText("picks"));
        assertThat(row).containsText("queue.concurrency");
        row.getByText("Change…").click();
        fill(page, "The most runs", "70");
        send(page, "Publish it");
        assertThat(row).containsText("70");

        goTo(page, "/cost");
        page.getByLabel("Graph").selectOption("picks");
        assertThat(page).hasURL(Pattern.compile(".*graph=picks.*"));
        button(page, "Set its budget…").click();
        fill(page, "Tokens, in and out", "1000");
        fill(page, "Cost", "2.50");
        fill(page, "Per, such as P1D", "P1D");
        send(page, "Publish it");
        Site.await("the budget is set", () -> site().number("""
            SELECT count(*) FROM postroad.graphs WHERE name = 'picks'
                AND definition -> 'budget' ->> 'tokens' = '1000' AND (definition -> 'budget' ->> 'cost')::numeric = 2.5
                AND (definition #>> '{queue,concurrency,0,runs}')::int = 70\
            """) == 1);
    }

    @Test
    default void pausesTheRunsOfAGraph() {
        startLater("sending", "later");
        Page page = at("/queue");
        page.locator("main table tr", new Page.LocatorOptions().setHasText("sending"))
                .first()
                .getByText("Pause its runs…")
                .click();
        send(page, "Pause them");
        last("later", EventType.RUN_PAUSED);
    }

    private void thereAre(String graph, int versions) {
        Site.await(
                "there are " + versions + " versions of " + graph,
                () -> site().number("SELECT count(*) FROM postroad.graphs WHERE name = '" + graph + "'") == versions);
    }

    private void startLater(String graph, String run) {
        String trigger = "{'graph': '%s', 'runId': '%s', 'startAt': 'PT1H'}".formatted(graph, run);
        site().send(
                        site().topics().triggers(),
                        Site.bytes(run),
                        Site.bytes(Site.json(trigger).toString()));
        site().journalWith(run, event -> event.type() == EventType.RUN_QUEUED);
    }

    /** Those that are asked for later are held until the graph goes on. */
    @Test
    default void holdsTheLaterRunsOfAGraph() {
        site().apply("graph: halts\n" + ConsolePlace.ASKS);
        startLater("halts", "goes-on");
        Page page = at("/queue");
        Locator row = page.locator("main table tr", new Page.LocatorOptions().setHasText("halts"))
                .first();
        row.getByText("Hold later ones…").click();
        assertThat(dialog(page)).containsText("\"queue\":{\"paused\":true}");
        send(page, "Hold them");
        thereAre("halts", 2);
        goTo(page, "/queue");
        Locator limit = page.locator("table.limits tr", new Page.LocatorOptions().setHasText("halts"));
        assertThat(limit).containsText("queue.paused");
        site().trigger("halts", "is-held", "{}");
        goTo(page, "/runs/is-held");
        assertThat(page.locator(".why"))
                .containsText(
                        "Graph halts is paused in its version 2, so that none of its runs begins, and 0 wait before this one");
        assertThat(site().journal("goes-on").getLast().type()).isEqualTo(EventType.RUN_QUEUED);

        goTo(page, "/queue");
        limit.getByText("Let them begin…").click();
        send(page, "Let them begin");
        thereAre("halts", 3);
        goTo(page, "/runs/is-held");
        page.locator(".why")
                .getByText("Migrate", new Locator.GetByTextOptions().setExact(true))
                .click();
        send(page, "Migrate");
        site().journalWith("is-held", event -> event.type() == EventType.RUN_WAITING);
        assertThat(last("is-held", EventType.RUN_MIGRATED).graphVersion()).isEqualTo(3);
    }

    /** What somebody mistyped is mended and sent again, under the id that its key gave it. */
    @Test
    default void repairsADeadLetterAndSendsItAgain() {
        site().send(
                        site().topics().triggers(),
                        Site.bytes("mistyped"),
                        Site.bytes("{\"graph\": \"sendin\", \"input\": {}}"));
        Page page = at("/dead-letters");
        Locator letter = page.locator(".letters li", new Page.LocatorOptions().setHasText("mistyped"));
        assertThat(letter).containsText("sendin");
        letter.getByText("Repair and send again…").click();
        fill(page, "Value", "{\"graph\": ");
        inDialog(page, "Send it").click();
        assertThat(dialog(page).locator(".problem")).containsText("is no JSON");
        fill(page, "Value", "{\"graph\": \"sending\"}");
        assertThat(dialog(page)).containsText("{\"graph\":\"sending\",\"runId\":\"mistyped\"}");
        send(page, "Send it");
        assertThat(site().ended("mistyped").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(place().browsing().unreadable(page)).isEmpty();
    }

    @Test
    default void appliesADefinitionAndMigratesRuns() {
        Page page = at("/graphs");
        button(page, "Apply a definition…").click();
        fill(page, "Definition", "graph: applied\nnodes: { ask: { interrup: \"'well?'\" } }\n");
        inDialog(page, "Publish it").click();
        assertThat(dialog(page).locator(".problem")).containsText("nodes.ask");
        String applied = "graph: applied\nstate: { topic: { description: What it is about } }\n" + ConsolePlace.ASKS;
        fill(page, "Definition", applied);
        send(page, "Publish it");
        assertThat(page.locator(".sayings")).containsText("Published: graph/applied");
        asking("applied", "moves");
        button(page, "Apply a definition…").click();
        fill(page, "Definition", applied + "description: Better\n");
        send(page, "Publish it");
        Site.await(
                "the version is there",
                () -> site().number("SELECT count(*) FROM postroad.graphs WHERE name = 'applied'") == 2);
        goTo(page, "/graphs/applied?version=1&against=2");
        assertThat(page.locator(".patch")).containsText("Better");
        button(page, "Migrate its runs…").click();
        send(page, "Migrate them to @2");
        assertThat(last("moves", EventType.RUN_MIGRATED).graphVersion()).isEqualTo(2);
        button(page, "Start a run…").click();
        assertThat(dialog(page)).containsText("What it is about");
        fill(page, "topic", "tea");
        fill(page, "Run id; one is made where it is empty", "started");
        assertThat(dialog(page))
                .containsText("postroad trigger applied --input '{\"topic\":\"tea\"}' --run-id started");
        send(page, "Start the run");
        site().journalWith("started", event -> event.type() == EventType.RUN_WAITING);
        assertThat(inState("started", "topic")).isEqualTo("\"tea\"");
    }

    /** The last one is left alone; another one hands over and ends, by keys alone. */
    @Test
    default void drainsAWorker() {
        Worker third = site().worker(Map.of("POSTROAD_WORKER_ID", "third"));
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        third.whenDrained(() -> ended.complete(true));
        Page page = at("/workers");
        Locator row = page.locator("table.workers tr", new Page.LocatorOptions().setHasText("third"));
        row.getByText("Drain…").focus();
        page.keyboard().press("Enter");
        assertThat(dialog(page)).containsText("/api/workers/third/drain");
        tabTo(page, "Drain it");
        page.keyboard().press("Enter");
        assertThat(row).hasCount(0);
        assertThat(page.locator("table.workers .tag").first())
                .hasAttribute("title", Pattern.compile("shard [0-9] in epoch [0-9]+"));
        Site.await("it has ended", ended::isDone);
        assertThat(third.isReady()).isFalse();
        assertThat(site().number("SELECT count(*) FROM postroad.workers WHERE name = 'third'"))
                .isZero();
        assertThat(site().number("SELECT count(*) FROM postroad.take_overs WHERE worker = 'third'"))
                .isZero();
        assertThat(site().number("SELECT count(*) FROM postroad.agent_events WHERE drained = 'third'"))
                .as("who drained it is known afterwards")
                .isEqualTo(1);
    }

    /** Commands for all that a filter finds that no other test gives, one after the other. */
    @Test
    default void givesCommandsToAllThatAFilterFinds() {
        for (String run : List.of("all-of-1", "all-of-2")) {
            site().client()
                    .trigger(new Trigger(
                            new Trigger.OfGraph("letters", null),
                            run,
                            (ObjectNode) Site.json("{}"),
                            0,
                            null,
                            Map.of("batch", "each")));
            site().journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        Page page = at("/runs?tag=batch%3Deach");
        order(page, "cancel", null, "Cancel 2");
        order(page, "retry", null, "Retry 2");
        order(page, "rollback", "1", "Roll back 2");
        order(page, "resume", "{\"approved\": true}", "Resume 2");
        for (String run : List.of("all-of-1", "all-of-2")) {
            assertThat(site().ended(run))
                    .extracting(RunEvent::type)
                    .contains(
                            EventType.RUN_CANCELLED,
                            EventType.RUN_RETRIED,
                            EventType.RUN_ROLLED_BACK,
                            EventType.RUN_RESUMED,
                            EventType.RUN_COMPLETED);
        }
        order(page, "prune", null, "Delete 2");
        // They are asked for when the order is over, and deleted a moment later.
        Site.await(
                "they are deleted",
                () -> site().number("SELECT count(*) FROM postroad.runs WHERE run_id IN ('all-of-1', 'all-of-2')")
                        == 0);
    }

    private static void order(Page page, String command, @Nullable String value, String verb) {
        button(page, "All of these…").click();
        dialog(page).getByLabel("Command").selectOption(command);
        if (value != null) {
            dialog(page).locator("#bulk-value").fill(value);
        }
        inDialog(page, verb).click();
        assertThat(dialog(page)).containsText("2 done, 0 refused; over.");
        send(page, "Done");
    }
}
