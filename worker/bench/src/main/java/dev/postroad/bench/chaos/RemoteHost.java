package dev.postroad.bench.chaos;

import dev.postroad.bench.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A {@link RemoteMain} in a process of its own, which ends with this. */
final class RemoteHost implements AutoCloseable {
    private final Process process;

    /** @param log the file for what it says */
    RemoteHost(Place place, String url, Path log) throws IOException {
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RemoteMain.class.getName(),
                        place.servers().kafka(),
                        place.topics().prefix(),
                        url))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}
