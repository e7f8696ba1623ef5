package dev.postroad.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.cli.screen.Screen;
import dev.postroad.cli.shell.Shutdown;
import dev.postroad.cli.shell.Surroundings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.NullMarked;

/** Runs commands in this process and keeps what they say. */
@NullMarked
public final class TestShell {
    private final Path data;
    private final Map<String, String> environment = new HashMap<>();
    private ByteArrayOutputStream out = new ByteArrayOutputStream();
    private ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String in = "";

    public TestShell(Path data) {
        this.data = data;
    }

    TestShell set(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    TestShell in(String text) {
        in = text;
        return this;
    }

    /** The exit code. */
    int run(String... arguments) {
        return Postroad.run(surroundings(), arguments);
    }

    /** Runs a command that does not end by itself, until it has written something after somebody did something. */
    void runUntil(String written, Runnable deed, String... arguments) throws InterruptedException {
        Surroundings surroundings = surroundings();
        Thread command = Thread.ofVirtual().start(() -> Postroad.run(surroundings, arguments));
        try {
            Awaitility.await().until(() -> !out().isEmpty());
            deed.run();
            Awaitility.await().untilAsserted(() -> assertThat(out()).contains(written));
        } finally {
            surroundings.shutdown().run();
            command.join();
        }
    }

    public Surroundings surroundings() {
        out = new ByteArrayOutputStream();
        err = new ByteArrayOutputStream();
        return new Surroundings(
                environment,
                new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Optional.empty(),
                Screen.PAPER,
                data,
                ZoneOffset.UTC,
                InstantSource.system(),
                new Shutdown());
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
