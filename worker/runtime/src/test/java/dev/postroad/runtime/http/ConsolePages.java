package dev.postroad.runtime.http;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;

/** What tests of the console share: one site and one browser, whose pages they look at by turns. */
@NullMarked
interface ConsolePages {
    ConsolePlace place();

    default Site site() {
        return place().site();
    }

    /** A page of its own at a path. */
    default Page at(String path) {
        Page page = place().browsing().page(ColorScheme.LIGHT, 1280);
        goTo(page, path);
        return page;
    }

    default void goTo(Page page, String path) {
        page.navigate(place().here() + path);
    }

    static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator inDialog(Page page, String name) {
        return dialog(page)
                .getByRole(
                        AriaRole.BUTTON,
                        new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator dialog(Page page) {
        return page.getByRole(AriaRole.DIALOG);
    }

    /** Fills in a field of the open dialog. */
    static void fill(Page page, String label, String value) {
        dialog(page).getByLabel(label).fill(value);
    }

    /** Presses a button of the open dialog, which is gone when the worker, or the run, has taken what it sends. */
    static void send(Page page, String name) {
        inDialog(page, name).click();
        assertThat(dialog(page)).hasCount(0);
    }

    /** Presses Tab until a button of that name has the focus; for no name, a field. */
    static void tabTo(Page page, String name) {
        String found = name.isEmpty()
                ? "['INPUT', 'TEXTAREA'].includes(document.activeElement.tagName)"
                : "document.activeElement.textContent.trim() === '" + name + "'";
        for (int i = 0; i < 60 && !Boolean.TRUE.equals(page.evaluate(found)); i++) {
            page.keyboard().press("Tab");
        }
        assertThat(page.evaluate(found)).as("tab to " + name).isEqualTo(true);
    }

    /** What is in the clipboard once the button was pressed. */
    static String copied(Page page, Locator copy) {
        page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
        copy.click();
        assertThat(copy.locator(".said")).hasText("Copied");
        return String.valueOf(page.evaluate("navigator.clipboard.readText()"));
    }

    /** The file that a button hands to the browser. */
    static String downloaded(Page page, Locator button) {
        Download download = page.waitForDownload(button::click);
        try {
            return Files.readString(download.path());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static JsonNode json(String text) {
        try {
            return Json.read(text);
        } catch (FaultsException noJson) {
            throw new IllegalArgumentException(noJson);
        }
    }

    /** Starts a run of a graph that asks somebody, and waits until it does. */
    default void asking(String graph, String run) {
        site().trigger(graph, run, "{}");
        site().journalWith(run, event -> event.type() == EventType.RUN_WAITING);
    }

    /** Waits until a run's journal has an event of that type, and gives the last. */
    default RunEvent last(String run, EventType type) {
        Predicate<RunEvent> wanted = event -> event.type() == type;
        return site().journalWith(run, wanted).reversed().stream()
                .filter(wanted)
                .findFirst()
                .orElseThrow();
    }

    /** A field of a run's state as it is now, as JSON. */
    default String inState(String run, String field) {
        return site().history()
                .state(run, null)
                .orElseThrow()
                .state()
                .path(field)
                .toString();
    }
}
