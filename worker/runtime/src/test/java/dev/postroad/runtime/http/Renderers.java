package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.JsonElement;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** What the processes take that draw pages, by the account of the kernel. */
@NullMarked
final class Renderers {
    private Renderers() {}

    /**
     * What a renderer holds.
     *
     * @param pss its pages, those that others share divided among them
     * @param own its pages that nobody shares
     */
    record Memory(long pss, long own) {}

    /** Notes the largest of them, as each page has one of its own and others are spare. */
    static void put(Page page, ObjectNode figures) {
        all(page).stream()
                .max(Comparator.comparingLong(Memory::pss))
                .ifPresent(tab -> figures.put("tabMegabytes", tab.pss() / 1_000_000)
                        .put("tabsOwnMegabytes", tab.own() / 1_000_000));
    }

    private static List<Memory> all(Page page) {
        Browser browser = Objects.requireNonNull(page.context().browser());
        CDPSession session = browser.newBrowserCDPSession();
        List<Memory> found = new ArrayList<>();
        for (JsonElement process : session.send("SystemInfo.getProcessInfo").getAsJsonArray("processInfo")) {
            if (process.getAsJsonObject().get("type").getAsString().equals("renderer")) {
                found.add(memory(process.getAsJsonObject().get("id").getAsLong()));
            }
        }
        session.detach();
        return found;
    }

    private static Memory memory(long process) {
        Path rollup = Path.of("/proc", Long.toString(process), "smaps_rollup");
        try (Stream<String> lines = Files.lines(rollup)) {
            List<String> all = lines.toList();
            return new Memory(bytes(all, "Pss:"), bytes(all, "Private_Clean:") + bytes(all, "Private_Dirty:"));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static long bytes(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .sum();
    }
}
