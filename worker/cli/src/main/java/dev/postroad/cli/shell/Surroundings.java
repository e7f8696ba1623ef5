package dev.postroad.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.cli.screen.Characters;
import dev.postroad.cli.screen.Colour;
import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.screen.Screen.Colours;
import dev.postroad.cli.screen.Visible;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the command finds around it, and all that it may touch besides Kafka, Postgres and files.
 *
 * @param terminal where {@code err} goes to one
 * @param page what {@code out} has to fit into: a terminal, or paper without end
 * @param defaultData where the embedded servers keep their data unless a setting says otherwise
 */
public record Surroundings(
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        Optional<Screen> terminal,
        Screen page,
        Path defaultData,
        ZoneId zone,
        InstantSource clock,
        Shutdown shutdown) {
    private static final int LONGEST_MESSAGE = 10_000;

    public Surroundings {
        environment = Map.copyOf(environment);
    }

    /** Those of this process. Texts go out as UTF-8 whatever the locale says, as JSON must. */
    public static Surroundings ofProcess() {
        Map<String, String> environment = System.getenv();
        return new Surroundings(
                environment,
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                TerminalProbe.terminalOfMessages(environment),
                TerminalProbe.terminalOfOutput(environment).orElse(Screen.PAPER),
                Path.of(System.getProperty("postroad.data", ".postroad")),
                ZoneId.systemDefault(),
                InstantSource.system(),
                Shutdown.onSignals());
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** What can be shown: texts go out as UTF-8, but a terminal that takes something else would show nonsense. */
    public Characters characters() {
        String locale = Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                .map(name -> environment.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElse("")
                .toUpperCase(Locale.ROOT);
        boolean another = locale.contains(".") && !locale.contains("UTF-8") && !locale.contains("UTF8");
        return another ? Characters.ASCII : Characters.ALL;
    }

    /** A message for the user, beside the command's output: one line, in which nothing is hidden. */
    public void say(String message) {
        err.println(Visible.text(message, LONGEST_MESSAGE));
    }

    /** A line of the command's output, in which nothing is hidden but our own colours. */
    public void print(String line) {
        out.println(page.colours() == Colours.USED ? Colour.visible(line) : Visible.text(line));
    }

    /** A line of JSON. */
    public void json(JsonNode tree) {
        out.println(Visible.json(tree.toString()));
    }
}
