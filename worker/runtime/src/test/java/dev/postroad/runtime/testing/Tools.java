package dev.postroad.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The tools of strangers that read what we describe, in the versions that {@code tools/package.json} pins. They are
 * installed once for all runs, in the temporary folder; tests are skipped where they cannot be.
 */
@NullMarked
public final class Tools {
    private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();
    private static final String PACKAGES = "package.json";
    private static final String SCRIPT = "check.mjs";

    private final CompletableFuture<Path> installed;

    private Tools(CompletableFuture<Path> installed) {
        this.installed = installed;
    }

    /** What a program said, and whether it was content. */
    public record Answer(int exit, String text) {
        /** Its lines. */
        public List<String> lines() {
            return text.lines().filter(line -> !line.isBlank()).toList();
        }
    }

    /** Begins to install what needs node. */
    public static Tools install() {
        return new Tools(
                hasAll("node", "npm")
                        ? CompletableFuture.supplyAsync(Tools::folder, THREADS)
                        : CompletableFuture.failedFuture(new IOException("node and npm are not installed")));
    }

    /** Has a tool look at something as soon as it is installed. */
    public CompletableFuture<Answer> run(String tool, Object... arguments) {
        return installed.thenApplyAsync(
                folder -> {
                    List<String> command = new ArrayList<>(
                            List.of("node", folder.resolve(SCRIPT).toString(), tool));
                    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
                    return call(command, "");
                },
                THREADS);
    }

    /** Waits for the tools; skips the test that calls where they cannot be had. */
    public void await() {
        Throwable reason = installed.handle((_, failed) -> failed).join();
        assumeTrue(reason == null, () -> "skipped: " + reason);
    }

    /** Runs a program; it is begun at once. */
    public static CompletableFuture<Answer> start(List<String> command, String input) {
        return CompletableFuture.supplyAsync(() -> call(command, input), THREADS);
    }

    /** Whether these programs are there. */
    public static boolean hasAll(String... programs) {
        List<String> folders =
                List.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator));
        return Stream.of(programs)
                .allMatch(program -> folders.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, program))));
    }

    /** Several may install at once: the first to be ready wins. */
    private static Path folder() {
        String packages = text(PACKAGES);
        String script = text(SCRIPT);
        Path folder = Path.of(
                System.getProperty("java.io.tmpdir"),
                "postroad-tools-" + System.getProperty("user.name") + "-"
                        + HexFormat.of().toHexDigits(packages.hashCode())
                        + HexFormat.of().toHexDigits(script.hashCode()));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            Path draft = Files.createTempDirectory("postroad-tools-draft");
            Files.writeString(draft.resolve(PACKAGES), packages);
            Files.writeString(draft.resolve(SCRIPT), script);
            Answer answer = call(
                    List.of(
                            "npm",
                            "install",
                            "--prefix",
                            draft.toString(),
                            "--ignore-scripts",
                            "--no-audit",
                            "--no-fund",
                            "--no-package-lock",
                            "--loglevel=error"),
                    "");
            if (answer.exit() != 0) {
                throw new IOException("npm install: " + answer.text());
            }
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            if (!Files.isDirectory(folder)) {
                throw new UncheckedIOException(failed);
            }
        }
        return folder;
    }

    private static String text(String file) {
        try (InputStream in = Objects.requireNonNull(Tools.class.getResourceAsStream("/tools/" + file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Answer call(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (var out = process.getOutputStream()) {
                out.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Answer(process.waitFor(), text);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** The lines of what a tool found: none where it is content. */
    public static List<String> lines(CompletableFuture<Answer> answer) {
        Answer given = answer.join();
        assertThat(given.exit()).as(given.text()).isZero();
        return given.lines();
    }
}
