package dev.postroad.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@link ReceiverMain}, which ends with this. */
final class SpanReceiver implements AutoCloseable {
    private static final String PORT = "port ";

    private final Process process;
    private final int port;

    SpanReceiver() throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReceiverMain.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = process.inputReader(StandardCharsets.UTF_8).readLine();
        if (said == null || !said.startsWith(PORT)) {
            process.destroyForcibly();
            throw new IllegalStateException("the receiver of spans did not start");
        }
        port = Integer.parseInt(said.substring(PORT.length()));
    }

    /** What a worker's {@code OTEL_EXPORTER_OTLP_ENDPOINT} is to be. */
    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}
