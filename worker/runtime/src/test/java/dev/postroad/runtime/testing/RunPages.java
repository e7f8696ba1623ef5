package dev.postroad.runtime.testing;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * The pages of runs, as a browser shows them: one after the other, for whichever thread asks. Where there is no browser
 * nothing is looked at.
 */
@NullMarked
public final class RunPages implements AutoCloseable {
    private static final Map<String, String> BUTTONS = Map.of(
            "retry",
            "Retry",
            "pause",
            "Pause",
            "unpause",
            "Unpause",
            "migrate",
            "Migrate",
            "enable",
            "Enable the agent");

    /** A browser belongs to the thread that started it. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("pages").daemon().factory());

    private @Nullable Browsing browsing;
    private @Nullable Page page;

    /** Looks for a sentence, and what helps, on the page of a run. */
    void show(Caller caller, String runId, String what, String remedy) {
        boolean _ = at(caller, runId, shown -> {
            Locator why = shown.locator(".why");
            assertThat(why).containsText(sentence(what));
            assertThat(why).containsText(sentence(remedy) + ".");
            assertThat(why.locator(".times").first()).containsText("since");
        });
    }

    /** Presses what is said to help; false where there is no browser. */
    boolean press(Caller caller, String runId, JsonNode step) {
        String name = button(step);
        return at(caller, runId, shown -> {
            shown.locator(".why")
                    .getByRole(
                            AriaRole.BUTTON,
                            new Locator.GetByRoleOptions().setName(name).setExact(true))
                    .first()
                    .click();
            Locator dialog = shown.getByRole(AriaRole.DIALOG);
            dialog.getByRole(
                            AriaRole.BUTTON,
                            new Locator.GetByRoleOptions().setName(name).setExact(true))
                    .click();
            assertThat(dialog).hasCount(0);
        });
    }

    private static String button(JsonNode step) {
        String type = step.at("/body/type").asText();
        if (type.equals("retry") && step.at("/body/now").asBoolean()) {
            return "Try now";
        }
        if (type.equals("resume")) {
            return "Let it go on";
        }
        String path = step.path("post").asText();
        String kind = type.isEmpty() ? path.substring(path.lastIndexOf('/') + 1) : type;
        return BUTTONS.getOrDefault(kind, kind);
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private boolean at(Caller caller, String runId, Consumer<Page> look) {
        try {
            return thread.submit(() -> {
                        Page shown = page();
                        if (shown != null) {
                            shown.navigate("http://127.0.0.1:" + caller.port() + "/runs/" + runId + "?tab=events");
                            look.accept(shown);
                        }
                        return shown != null;
                    })
                    .get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private @Nullable Page page() {
        if (browsing == null) {
            try {
                browsing = Browsing.start();
                page = browsing.page(ColorScheme.LIGHT, 1280);
            } catch (TestAbortedException noBrowser) {
                browsing = Browsing.none();
            }
        }
        return page;
    }

    @Override
    public void close() {
        thread.execute(() -> {
            if (browsing != null) {
                browsing.close();
            }
        });
        thread.close();
    }
}
