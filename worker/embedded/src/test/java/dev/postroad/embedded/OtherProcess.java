package dev.postroad.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM of its own that runs the servers of a directory until it is killed. */
final class OtherProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    private OtherProcess(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    /** Returns once its servers run. */
    static OtherProcess runningServersOf(Path directory) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var other = new OtherProcess(process);
        for (String line = other.output.readLine(); !"running".equals(line); line = other.output.readLine()) {
            if (line == null) {
                throw new IOException("The other process ended at its start");
            }
        }
        return other;
    }

    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** As kill -9 does: the process gets no say. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws InterruptedException {
        EmbeddedServers.startOrJoin(Path.of(arguments[0]), EmbeddedPorts.free());
        System.out.println("running");
        Thread.currentThread().join();
    }
}
