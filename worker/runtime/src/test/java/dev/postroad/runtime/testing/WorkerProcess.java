package dev.postroad.runtime.testing;

import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.config.WorkerSettings;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** A worker in a process of its own, which a test may kill, freeze and wake. It ends with the test's process. */
@NullMarked
public final class WorkerProcess implements AutoCloseable {
    /** A variable of the process: by how much its machine's clock is off. */
    public static final String CLOCK_OFF = "TEST_CLOCK_OFF";

    /** What a process ends with whose worker broke off. */
    public static final int BROKEN = 5;

    private static final Pattern READY = Pattern.compile("^ready (\\d+)$", Pattern.MULTILINE);
    private static final List<String> FLAGS = List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Dlogback.configurationFile=logback-worker.xml");

    private final Process process;
    private final Path log;

    private WorkerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** What runs in the process. */
    public static void main(String[] arguments) throws FaultsException, IOException {
        Duration off = Duration.parse(System.getenv().getOrDefault(CLOCK_OFF, "PT0S"));
        Worker worker =
                Worker.start(WorkerSettings.read(System.getenv()), InstantSource.offset(InstantSource.system(), off));
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close));
        worker.whenBroken(_ -> Runtime.getRuntime().halt(BROKEN));
        Site.await("the worker is ready", worker::isReady);
        System.out.println("ready " + worker.httpPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    /** Starts a process and comes back at once; what it prints goes to a file. */
    public static WorkerProcess start(Map<String, String> environment, List<String> moreFlags, Path log) {
        KeptWorker kept = KeptWorker.of(asInTheImage(classPath()));
        return start(
                environment,
                Stream.concat(kept.flags().stream(), moreFlags.stream()).toList(),
                kept.classPath(),
                log);
    }

    /** As above, of another build: its classes go before those of this one. */
    public static WorkerProcess startOf(Path classes, Map<String, String> environment, Path log) {
        return start(environment, List.of(), classes + File.pathSeparator + asInTheImage(classPath()), log);
    }

    /** What this test runs on. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Without the jars that the image is made without, so that a worker which needs one of them is seen here. */
    private static String asInTheImage(String classPath) {
        try {
            List<String> rules = Files.readAllLines(Path.of("..", "..", ".dockerignore"));
            return Stream.of(classPath.split(File.pathSeparator))
                    .filter(jar -> !isLeftOut(Path.of(jar).getFileName().toString(), rules))
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean isLeftOut(String jar, List<String> rules) {
        boolean isLeftOut = false;
        for (String rule : rules) {
            String name = rule.replaceFirst("^!?worker/cli/target/lib/", "");
            if (!name.equals(rule) && jar.matches(name.replace(".", "\\.").replace("*", ".*"))) {
                isLeftOut = !rule.startsWith("!");
            }
        }
        return isLeftOut;
    }

    /** As above, on a class path. */
    static WorkerProcess start(Map<String, String> environment, List<String> moreFlags, String classPath, Path log) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.addAll(moreFlags);
        command.add("-cp");
        command.add(classPath);
        command.add(WorkerProcess.class.getName());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("POSTROAD_"));
        builder.environment().putAll(environment);
        try {
            return new WorkerProcess(builder.start(), log);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until the worker can do its work. */
    public void awaitReady() {
        Site.await("worker " + log + " is ready", () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("the worker has ended:\n" + output());
            }
            return found().isPresent();
        });
    }

    /** The port of its HTTP server, once it is ready. */
    public int port() {
        return found().orElseThrow();
    }

    private Optional<Integer> found() {
        return READY.matcher(output())
                .results()
                .findFirst()
                .map(match -> match.group(1))
                .map(Integer::valueOf);
    }

    /** Everything that it has printed. */
    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** What the first group of a pattern holds, wherever it is found in what it has printed. */
    public LongStream numbers(Pattern pattern) {
        return pattern.matcher(output()).results().mapToLong(match -> Long.parseLong(match.group(1)));
    }

    /** How often a pattern is found in what it has printed. */
    public long count(Pattern pattern) {
        return pattern.matcher(output()).results().count();
    }

    /** Ends it between two instructions, as {@code kill -9} does. */
    public void kill() {
        signal("KILL");
        awaitEnd();
    }

    /** Freezes it, with all that it believes. */
    public void freeze() {
        signal("STOP");
    }

    /** Lets a frozen one go on as if nothing had been. */
    public void wake() {
        signal("CONT");
    }

    /** Stops it as an operator would, and waits for its end. */
    public void terminate() {
        signal("TERM");
        awaitEnd();
    }

    private void signal(String signal) {
        try {
            int answer = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (answer != 0) {
                throw new IllegalStateException("kill -" + signal + " gave " + answer);
            }
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Whether it has ended, by itself or not. */
    public boolean hasEnded() {
        return !process.isAlive();
    }

    /** Waits for its end; what it ended with. */
    public int awaitEnd() {
        Site.await("the process has ended", this::hasEnded);
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
