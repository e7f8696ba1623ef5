package dev.postroad.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** A process that serves agents in another language, and what it says. Thread-safe. */
public final class HostProcess implements AutoCloseable {
    private static final String INSTALLED =
            System.getProperty("postroad.hosts", System.getenv().getOrDefault("POSTROAD_TEST_HOSTS", ""));

    private static final String PYTHON_INSTALLED = System.getenv().getOrDefault("POSTROAD_TEST_PYTHON", "");

    /** What is to be done so that {@link #hasPackages()}. */
    public static final String HOW_TO_INSTALL =
            "npm install --prefix DIR kafkajs @langchain/langgraph @langchain/core, and POSTROAD_TEST_HOSTS=DIR";

    /** What is to be done so that {@link #hasLangGraphOfPython()}. */
    public static final String HOW_TO_INSTALL_FOR_PYTHON =
            "/usr/bin/python3 -m pip install --target DIR langgraph==1.2.12, and POSTROAD_TEST_PYTHON=DIR";

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private HostProcess(Process process) {
        this.process = process;
        Thread.ofVirtual()
                .start(() -> process.inputReader(StandardCharsets.UTF_8).lines().forEach(lines::add));
    }

    /** Whether the packages of npm that hosts and their tests need were installed. */
    public static boolean hasPackages() {
        return !INSTALLED.isEmpty() && Files.isDirectory(Path.of(INSTALLED, "node_modules", "kafkajs"));
    }

    /** Whether LangGraph for Python was installed. */
    public static boolean hasLangGraphOfPython() {
        return !PYTHON_INSTALLED.isEmpty() && Files.isDirectory(Path.of(PYTHON_INSTALLED, "langgraph"));
    }

    /** A command of a Python that finds LangGraph. */
    public static List<String> withLangGraph(String python, String... arguments) {
        List<String> command = new ArrayList<>(List.of("env", "PYTHONPATH=" + PYTHON_INSTALLED, python, "-B"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A copy of the package for JavaScript in a folder, with the packages that it needs beside it. */
    public static Path javascript(Path folder) {
        Path copy = folder.resolve("javascript");
        try {
            Files.walkFileTree(repository().resolve("contracts/hosts/javascript"), new Copy(copy));
            Files.createSymbolicLink(copy.resolve("node_modules"), Path.of(INSTALLED, "node_modules"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return copy;
    }

    /** The folder with all that belongs to the project. */
    public static Path repository() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("contracts/hosts"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static final class Copy extends SimpleFileVisitor<Path> {
        private final Path to;
        private Path from = Path.of("");

        Copy(Path to) {
            this.to = to;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            if (folder.endsWith("node_modules")) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            from = from.toString().isEmpty() ? folder : from;
            Files.createDirectories(to.resolve(from.relativize(folder).toString()));
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
        }
    }

    /** Whether a program can be started, and ends well. */
    public static boolean succeeds(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A port that nobody listens at, and that no connection is given meanwhile. */
    public static int freePort() {
        for (int i = 0; i < 100; i++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try (ServerSocket _ = new ServerSocket(port)) {
                return port;
            } catch (IOException taken) {
                // Another one.
            }
        }
        throw new IllegalStateException("there is no free port");
    }

    /** Starts a program. */
    public static HostProcess start(Path folder, String... command) {
        try {
            return new HostProcess(new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** All that it said so far. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** What it says behind a word, which is waited for. */
    public String said(String word) {
        List<String> found = new ArrayList<>();
        Site.await(word + " of " + lines, () -> {
            lines.stream()
                    .filter(line -> line.startsWith(word))
                    .map(line -> line.substring(word.length()).strip())
                    .findFirst()
                    .ifPresent(found::add);
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    /** How it ended, which is waited for. */
    public int exit() throws InterruptedException {
        if (!process.waitFor(Site.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it goes on: " + lines);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
