package dev.postroad.bench.chaos;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A {@link KafkaMain} as its starter sees it. It can be killed, and started again on the same data. Confined to one thread. */
final class KafkaProcess implements AutoCloseable {
    private final List<String> command = new ArrayList<>();
    private final Path log;
    private @Nullable Process process;

    /** @param listeners further ones, as {@link KafkaMain} takes them */
    KafkaProcess(Path data, int port, List<String> listeners, Path log) {
        this.log = log;
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                KafkaMain.class.getName(),
                data.toString(),
                Integer.toString(port)));
        command.addAll(listeners);
    }

    /** Starts it, and waits until it serves. */
    void start() throws IOException {
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process = started;
        BufferedReader says = started.inputReader(StandardCharsets.UTF_8);
        for (String line = says.readLine(); !"ready".equals(line); line = says.readLine()) {
            if (line == null) {
                throw new IOException("Kafka ended at its start; see " + log);
            }
        }
        Thread.ofVirtual().name("chaos-kafka-says").start(() -> says.lines().forEach(line -> {}));
    }

    private Process process() {
        if (process == null) {
            throw new IllegalStateException("Kafka was not started");
        }
        return process;
    }

    /** Ends it between two instructions. */
    void kill() throws InterruptedException {
        process().destroyForcibly().waitFor();
    }

    long pid() {
        return process().pid();
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            process.getOutputStream().close();
            try {
                process.waitFor();
            } catch (InterruptedException interrupted) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
