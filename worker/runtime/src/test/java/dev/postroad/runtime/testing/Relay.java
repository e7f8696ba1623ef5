package dev.postroad.runtime.testing;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
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
    private final AtomicInteger deafnesses = new AtomicInteger();
    private final Queue<Runnable> late = new ConcurrentLinkedQueue<>();
    private volatile boolean holding;
    private volatile int bytesPerSecond = Integer.MAX_VALUE;

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

    /**
     * Loses whatever else is sent over the connections that it has let through until now, and keeps them open; the server
     * is not told of their end either.
     */
    public void fallSilent() {
        deafnesses.incrementAndGet();
        silences.incrementAndGet();
    }

    /** The same, and answers no new ones either before it is opened. */
    public void fallSilentToAll() {
        passes.set(0);
        fallSilent();
    }

    /** Loses what servers answer over the connections that it has let through until now. */
    public void loseAnswers() {
        silences.incrementAndGet();
    }

    /** As when it falls silent, but what is sent to servers arrives late. */
    public void fallSilentForLong() {
        holding = true;
        fallSilent();
    }

    /** Lets no more than that through each way. */
    public void slowDown(int mostBytesPerSecond) {
        bytesPerSecond = mostBytesPerSecond;
    }

    /** How many pieces are to arrive late. */
    public int held() {
        return late.size();
    }

    /** Has what was sent arrive. */
    public void deliver() {
        for (Runnable arrival = late.poll(); arrival != null; arrival = late.poll()) {
            arrival.run();
        }
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
        copy(from, to, deafnesses, this::hold);
        copy(to, from, silences, _ -> {});
    }

    private void hold(Runnable arrival) {
        if (holding) {
            late.add(arrival);
        }
    }

    private void copy(Socket from, Socket to, AtomicInteger losses, Consumer<Runnable> lost) {
        int before = losses.get();
        Thread.ofVirtual().start(() -> {
            try {
                byte[] piece = new byte[8_192];
                InputStream in = from.getInputStream();
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    LockSupport.parkNanos(read * 1_000_000_000L / bytesPerSecond);
                    if (losses.get() == before) {
                        to.getOutputStream().write(piece, 0, read);
                    } else {
                        byte[] kept = Arrays.copyOf(piece, read);
                        lost.accept(() -> arrive(to, kept));
                    }
                }
            } catch (IOException ended) {
                // As when it ends by itself.
            }
            end(from);
            if (losses.get() == before) {
                end(to);
            } else {
                open.add(to);
            }
        });
    }

    private static void arrive(Socket to, byte[] piece) {
        try {
            to.getOutputStream().write(piece);
        } catch (IOException gone) {
            // Nobody is there any more to take it.
        }
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
