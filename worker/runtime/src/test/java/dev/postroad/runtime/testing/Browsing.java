package dev.postroad.runtime.testing;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A Chromium of the machine's own, whose pages are watched: what they ask of another origin, and what breaks their policy, is
 * a fault. Confined to one thread.
 */
@NullMarked
public final class Browsing implements AutoCloseable {
    private static final int TALL = 900;

    /** All pages are of one origin: a process for each of them would only be one more start. */
    private static final List<String> ARGUMENTS = List.of(
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--renderer-process-limit=1",
            "--disable-site-isolation-trials");

    private final @Nullable Playwright playwright;
    private final @Nullable Browser browser;
    /** By theme and width; they are kept, as each would load the console's files anew. */
    private final Map<List<Object>, BrowserContext> contexts = new HashMap<>();

    private final List<String> faults = new ArrayList<>();
    private @Nullable String axe;

    private Browsing(@Nullable Playwright playwright, @Nullable Browser browser) {
        this.playwright = playwright;
        this.browser = browser;
    }

    /** None yet. */
    public static Browsing none() {
        return new Browsing(null, null);
    }

    /** Starts a browser; where there is none, the tests that need one are skipped. */
    public static Browsing start() {
        Optional<Path> chromium = Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
        Assumptions.assumeTrue(
                chromium.isPresent(), "there is no Chromium on this machine: install Debian's package chromium");
        Playwright playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        PlaywrightAssertions.setDefaultAssertionTimeout((double) Site.LIMIT.toMillis());
        return new Browsing(
                playwright,
                playwright
                        .chromium()
                        .launch(new BrowserType.LaunchOptions()
                                .setExecutablePath(chromium.get())
                                .setArgs(ARGUMENTS)));
    }

    /** A page that shares cookies with those that were opened since the last were left, and with none before. */
    public Page page(ColorScheme theme, int width) {
        Page page = contexts.computeIfAbsent(List.of(theme, width), _ -> context(theme, width))
                .newPage();
        page.onRequest(request -> {
            if (!request.url().startsWith("http://127.0.0.1:") && !request.url().startsWith("blob:")) {
                faults.add("asked for " + request.url());
            }
        });
        page.onConsoleMessage(message -> {
            if (message.text().contains("Content Security Policy")
                    || message.text().contains("TrustedScript")) {
                faults.add(message.text());
            }
        });
        page.onPageError(error -> faults.add("a script failed: " + error));
        return page;
    }

    private BrowserContext context(ColorScheme theme, int width) {
        BrowserContext context = Objects.requireNonNull(browser)
                .newContext(new Browser.NewContextOptions()
                        .setViewportSize(width, TALL)
                        .setColorScheme(theme)
                        .setReducedMotion(ReducedMotion.REDUCE));
        context.setDefaultTimeout((double) Site.LIMIT.toMillis());
        // Stays, and with it the process of the others.
        context.newPage();
        return context;
    }

    /** What keeps some people from reading or using a page, as axe finds it. */
    public List<String> unreadable(Page page) {
        page.evaluate(axe());
        return found(page, "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']");
    }

    /** Of that only what stands out too little from its ground, on a page that was looked at already. */
    public List<String> faint(Page page) {
        return found(page, "{ type: 'rule', values: ['color-contrast'] }");
    }

    private static List<String> found(Page page, String rules) {
        Object found = page.evaluate("""
            async () => (await axe.run(document, { preload: false, resultTypes: ['violations'], runOnly: RULES }))
                .violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)
                + ' ' + n.failureSummary).join(' | '))""".replace("RULES", rules));
        return ((List<?>) found).stream().map(String::valueOf).toList();
    }

    private String axe() {
        String known = axe;
        if (known == null) {
            try (InputStream in = Objects.requireNonNull(Browsing.class.getResourceAsStream("/axe.min.js"))) {
                known = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
            axe = known;
        }
        return known;
    }

    /** What went wrong on the pages since they were left last. */
    public List<String> faults() {
        List<String> all = List.copyOf(faults);
        faults.clear();
        return all;
    }

    /** Closes all pages, and forgets who signed in and what they were allowed. */
    public void leavePages() {
        for (BrowserContext context : contexts.values()) {
            context.pages().stream().skip(1).forEach(Page::close);
            context.clearCookies();
            context.clearPermissions();
        }
    }

    @Override
    public void close() {
        if (browser != null) {
            browser.close();
        }
        if (playwright != null) {
            playwright.close();
        }
    }
}
