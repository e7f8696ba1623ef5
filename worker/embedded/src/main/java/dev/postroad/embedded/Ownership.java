package dev.postroad.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the process that runs the servers of a directory holds: the lock, the published addresses, the servers.
 *
 * <p>It is given up in the order in which others may rely on it: nobody finds the addresses of servers that stop, and
 * nobody starts servers on data that is still in use.
 */
final class Ownership implements AutoCloseable {
    private final DirectoryLock lock;
    private final Path addressFile;
    private @Nullable RunningServers servers;

    Ownership(DirectoryLock lock, Path addressFile) {
        this.lock = lock;
        this.addressFile = addressFile;
    }

    synchronized RunningServers start(Path root, EmbeddedPorts ports) {
        RunningServers started = RunningServers.start(root, ports);
        servers = started;
        return started;
    }

    void withdrawAddresses() {
        try {
            Files.deleteIfExists(addressFile);
        } catch (IOException failed) {
            throw new EmbeddedServerException("Cannot delete " + addressFile, failed);
        }
    }

    @Override
    public synchronized void close() {
        if (!lock.isHeld()) {
            return;
        }
        try (lock;
                RunningServers _ = servers) {
            withdrawAddresses();
        }
    }
}
