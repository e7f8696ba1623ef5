package dev.postroad.runtime.database;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.SocketFactory;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sockets of Postgres's driver, which is told of this class by its name; by a word that goes with it the socket
 * of a connection is found again. Thread-safe.
 */
public final class WatchedSockets extends SocketFactory {
    private static final Map<String, Opening> OPENINGS = new ConcurrentHashMap<>();

    /** Who waits for a server that is gone, and has nothing of its own under way to it, knows it after 25 seconds. */
    private static final Map<SocketOption<Integer>, Integer> SIGNS_OF_LIFE = Map.of(
            ExtendedSocketOptions.TCP_KEEPIDLE, 10,
            ExtendedSocketOptions.TCP_KEEPINTERVAL, 5,
            ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

    private final String word;

    /** A connection that is about to be opened. */
    static final class Opening implements AutoCloseable {
        private final String word = UUID.randomUUID().toString();
        private final AtomicReference<@Nullable WatchedSocket> last = new AtomicReference<>();

        Opening() {
            OPENINGS.put(word, this);
        }

        String word() {
            return word;
        }

        /** What it goes by: of several that were tried the last one; empty where other sockets are used. */
        Optional<WatchedSocket> socket() {
            return Optional.ofNullable(last.get());
        }

        @Override
        public void close() {
            OPENINGS.remove(word);
        }
    }

    /**
     * For the driver.
     *
     * @param word of the opening that it is for
     */
    public WatchedSockets(String word) {
        this.word = word;
    }

    @Override
    public Socket createSocket() throws IOException {
        WatchedSocket socket = new WatchedSocket();
        for (Map.Entry<SocketOption<Integer>, Integer> sign : SIGNS_OF_LIFE.entrySet()) {
            if (socket.supportedOptions().contains(sign.getKey())) {
                socket.setOption(sign.getKey(), sign.getValue());
            }
        }
        Opening opening = OPENINGS.get(word);
        if (opening != null) {
            opening.last.set(socket);
        }
        return socket;
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(null, new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(null, new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort) throws IOException {
        return connected(new InetSocketAddress(from, fromPort), new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) throws IOException {
        return connected(new InetSocketAddress(from, fromPort), new InetSocketAddress(host, port));
    }

    private Socket connected(@Nullable SocketAddress from, SocketAddress to) throws IOException {
        Socket socket = createSocket();
        socket.bind(from);
        socket.connect(to);
        return socket;
    }
}
