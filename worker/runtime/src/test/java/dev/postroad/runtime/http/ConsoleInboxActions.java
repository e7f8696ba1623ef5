package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.postroad.runtime.http.ConsolePages.button;
import static dev.postroad.runtime.http.ConsolePages.dialog;
import static dev.postroad.runtime.http.ConsolePages.fill;
import static dev.postroad.runtime.http.ConsolePages.send;
import static dev.postroad.runtime.http.ConsolePages.tabTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.postroad.contracts.message.EventType;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What can be done with a question besides answering it. */
@NullMarked
interface ConsoleInboxActions extends ConsolePages {
    /** In the inbox by the mouse, and from the run's page by keys alone. */
    @Test
    default void handsOnAQuestion() {
        asking("letters", "handed");
        Page page = at("/inbox?run=handed");
        button(page, "Hand on…").click();
        fill(page, "To whom", "grace");
        assertThat(dialog(page)).containsText("postroad reassign handed --to grace --task approve@3#1");
        send(page, "Hand it on");
        assertThat(page.locator(".question .about")).containsText("for grace");
        assertThat(last("handed", EventType.NODE_REASSIGNED)
                        .data()
                        .path("assignee")
                        .asText())
                .isEqualTo("grace");
        page.getByLabel("Graph").selectOption("letters");
        assertThat(page.locator(".question")).hasCount(1);
        page.getByLabel("Assignee").fill("nobody");
        page.getByLabel("Assignee").press("Enter");
        assertThat(page.locator(".empty")).isVisible();

        goTo(page, "/runs/handed");
        assertThat(page.locator(".why")).containsText("asks grace");
        tabTo(page, "Hand on");
        page.keyboard().press("Enter");
        tabTo(page, "");
        page.keyboard().type("ada");
        page.keyboard().press("Enter");
        assertThat(page.locator(".why")).containsText("asks ada");
        assertThat(
                        site().number(
                                        "SELECT count(*) FROM postroad.runs WHERE run_id = 'handed' AND assignees::text LIKE '%ada%'"))
                .isEqualTo(1);
    }

    @Test
    default void rejectsWithANote() {
        asking("letters", "turned-down");
        Page page = at("/inbox?run=turned-down");
        button(page, "Reject…").click();
        fill(page, "Note", "too short");
        send(page, "Reject");
        assertThat(page.locator(".empty")).isVisible();
        assertThat(site().ended("turned-down").getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
        assertThat(inState("turned-down", "ok")).isEqualTo("false");
        assertThat(last("turned-down", EventType.RUN_RESUMED).data().toString()).contains("too short");
    }

    /** A form without a no. */
    @Test
    default void cancelsWhatCannotBeRejected() {
        asking("picks", "unpicked");
        Page page = at("/inbox?run=unpicked");
        button(page, "Reject…").click();
        assertThat(dialog(page)).containsText("The form of the answer has no way to say no");
        fill(page, "Note", "none of them");
        send(page, "Cancel the run");
        assertThat(site().ended("unpicked").getLast().data().toString()).contains("none of them");
    }

    /** By keys alone; what the runs refuse is told for each of them. */
    @Test
    default void answersSeveralAtOnce() {
        Page page = at("/inbox?graph=letters");
        for (String run : List.of("many-1", "many-2")) {
            page.getByLabel("Choose the question of " + run).focus();
            page.keyboard().press("Space");
        }
        assertThat(page.locator(".picked")).containsText("2 chosen");
        tabTo(page, "Answer them all…");
        page.keyboard().press("Enter");
        dialog(page)
                .getByLabel("No", new Locator.GetByLabelOptions().setExact(true))
                .focus();
        page.keyboard().press("Space");
        tabTo(page, "Answer all 2");
        page.keyboard().press("Enter");
        assertThat(page.locator(".sayings")).containsText("2 are answered");
        for (String run : List.of("many-1", "many-2")) {
            assertThat(site().ended(run).getLast().type()).isEqualTo(EventType.RUN_COMPLETED);
            assertThat(inState(run, "ok")).isEqualTo("false");
        }
    }
}
