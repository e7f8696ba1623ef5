package dev.postroad.bench.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port that leads to another one, over a network that can be made as bad as networks get. Thread-safe; owns a virtual
 * thread, and two for each connection, which end with it.
 */
final class Link implements AutoCloseable {
    private static final int BACKLOG = 128;

    private final ServerSocket door;
    private final int target;
    private final Weather weather = new Weather();
    private final Set<Wire> wires = ConcurrentHashMap.newKeySet();
    private volatile boolean open = true;

    /** @param target the port on this machine that it leads to */
    Link(int target) throws IOException {
        this.target = target;
        door = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("chaos-link-" + target).start(this::accept);
    }

    /** Where it begins. */
    int port() {
        return door.getLocalPort();
    }

    /** Has everything that is sent arrive later. */
    void delay(Duration time) {
        weather.become(Weather.State.FINE, time);
    }

    /** Ends all connections, and refuses new ones until it is mended. */
    void cut() {
        open = false;
        weather.become(Weather.State.CUT, Duration.ZERO);
        wires.forEach(Wire::end);
    }

    /** Nothing that either side sends arrives before it is mended, and neither is told. */
    void still() {
        weather.become(Weather.State.STILL, Duration.ZERO);
    }

    /**
     * Has the far side forget all connections, of which the near side is never told: it hears nothing any more on those that
     * it has. New ones hear nothing before this is mended.
     */
    void halfOpen() {
        still();
        wires.forEach(Wire::forget);
    }

    /** New connections work. */
    void mend() {
        weather.become(Weather.State.FINE, Duration.ZERO);
        open = true;
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                Thread.ofVirtual().name("chaos-wire-" + target).start(() -> connect(near));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket near) {
        if (!open) {
            Wire.end(near);
            return;
        }
        try {
            near.setTcpNoDelay(true);
            weather.pass();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
            far.setTcpNoDelay(true);
            Wire wire = new Wire(near, far, weather);
            wires.removeIf(Wire::isOver);
            wires.add(wire);
            Thread.ofVirtual().name("chaos-wire-back-" + target).start(wire::carryBack);
            wire.carryThere();
        } catch (IOException refused) {
            Wire.end(near);
        } catch (InterruptedException stopped) {
            Wire.end(near);
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        weather.become(Weather.State.OVER, Duration.ZERO);
        wires.forEach(Wire::end);
    }
}
