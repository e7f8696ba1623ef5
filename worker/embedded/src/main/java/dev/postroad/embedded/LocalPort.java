package dev.postroad.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds and checks ports of 127.0.0.1.
 *
 * <p>Free ports are taken from below the range that the kernel gives to outgoing connections. A client which retries
 * while its server restarts could otherwise be given that very port, and connect to itself.
 *
 * <p>Safe for use by many threads.
 */
final class LocalPort {
    static final String KAFKA_OPTION = "--kafka-port";
    static final String POSTGRES_OPTION = "--postgres-port";
    static final String MODEL_OPTION = "--model-port";

    private static final int FIRST = 20_000;
    private static final int COUNT = 12_000;

    /** Processes start at different places, so that two which look at the same moment do not find the same port. */
    private static final int STRIDE = 97;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * STRIDE % COUNT));

    private LocalPort() {}

    /** The wanted port if it can be bound, or a free one for 0. */
    static int claim(int wanted, String server, String option) {
        if (wanted == 0) {
            return free();
        }
        if (!isFree(wanted)) {
            throw new EmbeddedServerException("Port " + wanted + " of 127.0.0.1, wanted for " + server
                    + ", is in use by another process. Stop that process, or choose another port with " + option
                    + " (0 for any free one).");
        }
        return wanted;
    }

    static int free() {
        for (int tried = 0; tried < COUNT; tried++) {
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) {
                return port;
            }
        }
        throw new EmbeddedServerException("No free port of 127.0.0.1 from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            return true;
        } catch (IOException inUse) {
            return false;
        }
    }
}
