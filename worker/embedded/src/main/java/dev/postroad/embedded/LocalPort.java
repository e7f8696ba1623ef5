package dev.postroad.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

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
    private static final int MOST_TRIES = 5;

    /** Processes start at different places, so that two which look at the same moment do not find the same port. */
    private static final int STRIDE = 97;

    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * STRIDE % COUNT));

    private LocalPort() {}

    /** Starts a server on a port. */
    @FunctionalInterface
    interface Starting<T> {
        /**
         * Starts it, or leaves nothing of it behind.
         *
         * @throws EmbeddedServerException where it does not start
         */
        T on(int port);
    }

    /**
     * Starts a server on the wanted port, or on a free one for 0. A free port may be somebody else's by the time that the
     * server binds it: then another one is tried.
     *
     * @throws EmbeddedServerException where the wanted port is in use, or the server does not start
     */
    static <T> T claim(int wanted, String server, String option, Starting<T> starting) {
        if (wanted == 0) {
            return onFree(server, starting);
        }
        requireFree(wanted, server, option);
        try {
            return starting.on(wanted);
        } catch (EmbeddedServerException failed) {
            if (isFree(wanted)) {
                throw failed;
            }
            throw inUse(wanted, server, option, failed);
        }
    }

    private static <T> T onFree(String server, Starting<T> starting) {
        @Nullable EmbeddedServerException last = null;
        for (int tried = 0; tried < MOST_TRIES; tried++) {
            int port = free();
            try {
                return starting.on(port);
            } catch (EmbeddedServerException failed) {
                if (isFree(port)) {
                    throw failed;
                }
                last = failed;
            }
        }
        throw new EmbeddedServerException(
                "Each of " + MOST_TRIES + " free ports of 127.0.0.1 was taken before " + server
                        + " could bind it; start it again: "
                        + Objects.requireNonNull(last).getMessage(),
                last);
    }

    static void requireFree(int wanted, String server, String option) {
        if (!isFree(wanted)) {
            throw inUse(wanted, server, option, null);
        }
    }

    private static EmbeddedServerException inUse(
            int wanted, String server, String option, @Nullable EmbeddedServerException cause) {
        return new EmbeddedServerException(
                "Port " + wanted + " of 127.0.0.1, wanted for " + server
                        + ", is in use by another process. Stop that process, or choose another port with " + option
                        + " (0 for any free one).",
                cause);
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
