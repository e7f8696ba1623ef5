package dev.postroad.runtime.testing;

import dev.postroad.embedded.EmbeddedPorts;
import dev.postroad.embedded.EmbeddedServers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** One real Kafka and one real Postgres for all tests of a JVM. */
@NullMarked
public final class Servers {
    private static @Nullable EmbeddedServers running;

    private Servers() {}

    /** The servers; started at the first call, stopped with the JVM. */
    public static synchronized EmbeddedServers get() {
        EmbeddedServers current = running;
        if (current == null) {
            Path directory = directory();
            current = EmbeddedServers.startOrJoin(directory, EmbeddedPorts.free());
            running = current;
            Runtime.getRuntime().addShutdownHook(new Thread(current::close));
        }
        return current;
    }

    private static Path directory() {
        try {
            return Files.createTempDirectory("postroad-test");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
