package dev.postroad.cli.shell;

import dev.postroad.cli.progress.Screen;
import dev.postroad.cli.progress.Screen.Colours;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds out whether the messages of this process are read from a terminal, and how large that is. */
final class TerminalProbe {
    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;
    private static final long LIMIT_MILLIS = 2_000;

    private TerminalProbe() {}

    static Optional<Screen> terminalOfMessages(Map<String, String> environment) {
        if (environment.getOrDefault("TERM", "dumb").equals("dumb")) {
            return Optional.empty();
        }
        Colours colours = environment.getOrDefault("NO_COLOR", "").isEmpty() ? Colours.USED : Colours.UNUSED;
        return size().map(size -> new Screen(number(size, 1, USUAL_COLUMNS), number(size, 0, USUAL_ROWS), colours));
    }

    /** Java itself can only tell about input and output together, so a child with our own stream is asked. */
    private static Optional<String[]> size() {
        try {
            Process child = new ProcessBuilder("sh", "-c", "test -t 2 && { stty size <&2 2>/dev/null || echo; }")
                    .redirectError(Redirect.INHERIT)
                    .start();
            if (!child.waitFor(LIMIT_MILLIS, TimeUnit.MILLISECONDS) || child.exitValue() != 0) {
                child.destroy();
                return Optional.empty();
            }
            String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return Optional.of(said.strip().split(" ", -1));
        } catch (IOException noShell) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static int number(String[] words, int index, int unlessThere) {
        boolean there = index < words.length && words[index].matches("[1-9]\\d{0,3}");
        return there ? Integer.parseInt(words[index]) : unlessThere;
    }
}
