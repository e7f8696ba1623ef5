package dev.postroad.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A {@link WorkerMain} as its starter sees it; it ends with the starter. */
public final class WorkerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final double readyMillis;
    private final double readyCpuMillis;
    private final int httpPort;
    private final Metrics metrics;

    /** Starts a worker with half a gibibyte of heap, and waits until it is ready. */
    WorkerProcess(Map<String, String> environment, Path log) throws IOException {
        this(environment, log, 512);
    }

    /**
     * Starts a worker with so much heap, and waits until it is ready. What the property {@code postroad.bench.older} names
     * goes before its class path: the classes of an older build, and a colon.
     *
     * @param options more of them for the JVM
     */
    public WorkerProcess(Map<String, String> environment, Path log, int heapMebibytes, String... options)
            throws IOException {
        long begun = System.nanoTime();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("postroad.bench.older", "") + System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(WorkerMain.class.getName());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("POSTROAD_") || name.startsWith("OTEL_"));
        builder.environment().putAll(environment);
        process = builder.start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        httpPort = port();
        metrics = new Metrics(httpPort);
        readyMillis = (System.nanoTime() - begun) / 1e6;
        readyCpuMillis =
                process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
    }

    private int port() throws IOException {
        try {
            return (int) answer("ready ");
        } catch (IOException | RuntimeException failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    /** Whatever else is said, such as by what logs, is passed over. */
    private long answer(String name) throws IOException {
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()));
            }
        }
        throw new IllegalStateException("the worker ended without saying " + name.strip());
    }

    /** From the start of the process until it took part in the work. */
    double readyMillis() {
        return readyMillis;
    }

    /** What the start took of the processors, which a busy machine changes less than the time. */
    double readyCpuMillis() {
        return readyCpuMillis;
    }

    /** The process of the operating system. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The port at which it answers. */
    public int httpPort() {
        return httpPort;
    }

    Metrics metrics() {
        return metrics;
    }

    /** What is left of the heap after a collection. */
    public double heapMebibytes() throws IOException {
        OutputStream questions = process.getOutputStream();
        questions.write('\n');
        questions.flush();
        return answer("heap ") / (double) (1 << 20);
    }

    /** The most memory that the process ever held, with all that is beside the heap; 0 where the system does not tell. */
    double peakResidentMebibytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0)
                .findFirst()
                .orElse(0);
    }

    /** Sends it a signal, such as STOP. */
    public void signal(String name) throws IOException, InterruptedException {
        int answer = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (answer != 0) {
            throw new IllegalStateException("kill -" + name + " gave " + answer);
        }
    }

    /** Whether the process has ended. */
    public boolean isOver() {
        return !process.isAlive();
    }

    /** Ends it between two instructions, as {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops it in order, as an operator would. */
    @Override
    public void close() {
        metrics.close();
        try {
            process.getOutputStream().close();
            process.waitFor();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
