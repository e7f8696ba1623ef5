package dev.postroad.bench.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/** One connection over a link: its near side, and its far side. Thread-safe; two threads carry what is sent over it. */
final class Wire {
    private static final int CHUNK_BYTES = 16_384;

    private final Socket near;
    private final Socket far;
    private final Weather weather;
    private volatile boolean forgotten;

    Wire(Socket near, Socket far, Weather weather) {
        this.near = near;
        this.far = far;
        this.weather = weather;
    }

    /** Carries what comes, until one side ends. */
    void carryThere() {
        carry(near, far);
        if (forgotten) {
            awaitEndOf(near);
        }
        end();
    }

    /** Carries what comes back, until one side ends. */
    void carryBack() {
        carry(far, near);
        if (!forgotten) {
            end();
        }
    }

    private void carry(Socket from, Socket to) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                weather.pass();
                out.write(chunk, 0, read);
            }
        } catch (IOException ended) {
            // Whichever side it was, the other one ends with it.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitEndOf(Socket socket) {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException ended) {
            // That was waited for.
        }
    }

    /** Has the far side forget it, of which the near side is never told: it hears nothing any more. */
    void forget() {
        forgotten = true;
        end(far);
    }

    /** Ends both sides. */
    void end() {
        end(near);
        end(far);
    }

    boolean isOver() {
        return near.isClosed();
    }

    static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyEnded) {
            // Then nothing is left to do.
        }
    }
}
