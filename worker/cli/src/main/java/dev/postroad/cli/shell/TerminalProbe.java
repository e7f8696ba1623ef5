package dev.postroad.cli.shell;

import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Finds out whether what this process writes is read from a terminal, and how large that is. */
final class TerminalProbe {
    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;
    private static final long LIMIT_MILLIS = 2_000;

    private TerminalProbe() {}

    static Optional<Screen> terminalOfMessages(Map<String, String> environment) {
        return terminal(
                environment,
                asking("test -t 2 && { stty size <&2 2>/dev/null || echo; }").redirectError(Redirect.INHERIT),
                Process::getInputStream);
    }

    static Optional<Screen> terminalOfOutput(Map<String, String> environment) {
        return terminal(
                environment,
                asking("exec 3>&2; test -t 1 && { stty size <&1 2>/dev/null >&3 || echo >&3; }")
                        .redirectOutput(Redirect.INHERIT),
                Process::getErrorStream);
    }

    /** Java itself can only tell about input and output together, so a child with our own streams is asked. */
    private static ProcessBuilder asking(String script) {
        return new ProcessBuilder("sh", "-c", script);
    }

    private static Optional<Screen> terminal(
            Map<String, String> environment, ProcessBuilder asking, Function<Process, InputStream> answer) {
        if (environment.getOrDefault("TERM", "dumb").equals("dumb")) {
            return Optional.empty();
        }
        Colours colours = environment.getOrDefault("NO_COLOR", "").isEmpty() ? Colours.USED : Colours.UNUSED;
        return size(asking, answer)
                .map(size -> new Screen(number(size, 1, USUAL_COLUMNS), number(size, 0, USUAL_ROWS), colours));
    }

    private static Optional<String[]> size(ProcessBuilder asking, Function<Process, InputStream> answer) {
        try {
            Process child = asking.start();
            if (!child.waitFor(LIMIT_MILLIS, TimeUnit.MILLISECONDS) || child.exitValue() != 0) {
                child.destroy();
                return Optional.empty();
            }
            String said = new String(answer.apply(child).readAllBytes(), StandardCharsets.US_ASCII);
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
