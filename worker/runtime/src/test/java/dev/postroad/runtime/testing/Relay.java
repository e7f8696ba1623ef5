package dev.postroad.runtime.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/**
 * Stands before a server, and may be silent: it takes connections then, and answers none. Its port is known from the
 * start. Thread-safe.
 */
@NullMarked
public final class Relay implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger passes;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger silences = new AtomicInteger();

    private Relay(int target, int passes) {
        this.target = target;
        this.passes = new AtomicInteger(passes);
        try {
            listening = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.ofPlatform().daemon().name("test-relay").start(this::loop);
    }

    /** A server that takes connections and says nothing, ever. */
    public static Relay silent() {
        return new Relay(0, 0);
    }

    /** Lets so many connections through to a port of this machine, and is silent to the others until it is opened. */
    public static Relay to(int port, int connections) {
        return new Relay(port, connections);
    }

    /** Where it listens. */
    public int port() {
        return listening.getLocalPort();
    }

    /** How many connections it has taken. */
    public int taken() {
        return taken.get();
    }

    /** Lets all connections through that come from now on, and ends those that were not answered. */
    public void open() {
        passes.set(Integer.MAX_VALUE);
        open.forEach(Relay::end);
    }

    /** Loses whatever else is sent over the connections that it has let through until now, and keeps them open. */
    public void fallSilent() {
        silences.incrementAndGet();
    }

    private void loop() {
        while (!listening.isClosed()) {
            try {
                Socket from = listening.accept();
                open.add(from);
                taken.incrementAndGet();
                if (passes.getAndUpdate(left -> left == Integer.MAX_VALUE ? left : Math.max(0, left - 1)) > 0) {
                    pass(from);
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void pass(Socket from) throws IOException {
        open.remove(from);
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
        copy(from, to);
        copy(to, from);
    }

    private void copy(Socket from, Socket to) {
        int before = silences.get();
        Thread.ofVirtual().start(() -> {
            try (from;
                    to) {
                byte[] piece = new byte[8_192];
                InputStream in = from.getInputStream();
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    if (silences.get() == before) {
                        to.getOutputStream().write(piece, 0, read);
                    }
                }
            } catch (IOException ended) {
                end(from);
            }
        });
    }

    private static void end(Closeable connection) {
        try {
            connection.close();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    @Override
    public void close() {
        end(listening);
        open.forEach(Relay::end);
    }
}
