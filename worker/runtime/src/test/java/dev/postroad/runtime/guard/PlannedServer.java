package dev.postroad.runtime.guard;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;

/** A real HTTP server that answers each request as planned, also in ways that no well-behaved server would. */
@NullMarked
final class PlannedServer implements AutoCloseable {
    private static final int BACKLOG = 1_000;
    private static final long LONGEST_HOLD_SECONDS = 60;

    private final ServerSocket socket;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile Behaviour behaviour;

    /** What the server does with a request. */
    interface Behaviour {
        void answer(Socket client, OutputStream out) throws IOException, InterruptedException;
    }

    private PlannedServer(ServerSocket socket, Behaviour behaviour) {
        this.socket = socket;
        this.behaviour = behaviour;
    }

    static PlannedServer start(Behaviour behaviour) {
        try {
            PlannedServer server =
                    new PlannedServer(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), behaviour);
            Thread.ofVirtual().start(server::accept);
            return server;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static Behaviour wellBehaved() {
        return json("{\"output\":{\"text\":\"done\"}}");
    }

    static Behaviour json(String body) {
        return (client, out) -> write(out, 200, "", body);
    }

    static Behaviour status(int status, String headers) {
        return (client, out) -> write(out, status, headers, "{}");
    }

    /** Reads the request and says nothing until the client leaves. */
    static Behaviour hang() {
        return (client, out) -> {
            while (client.getInputStream().read() >= 0) {
                Thread.onSpinWait();
            }
        };
    }

    /** Begins to answer, and never comes to the end. */
    static Behaviour slowBytes() {
        return (client, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100_000; i++) {
                out.write(' ');
                out.flush();
                TimeUnit.MILLISECONDS.sleep(20);
            }
        };
    }

    static Behaviour reset() {
        return (client, out) -> client.setSoLinger(true, 0);
    }

    /** Answers well once the latch is open. */
    static Behaviour held(CountDownLatch until) {
        return (client, out) -> {
            until.await(LONGEST_HOLD_SECONDS, TimeUnit.SECONDS);
            wellBehaved().answer(client, out);
        };
    }

    void does(Behaviour next) {
        behaviour = next;
    }

    int requests() {
        return requests.get();
    }

    int mostAtOnce() {
        return mostAtOnce.get();
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort() + "/";
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            if (readRequest(new BufferedInputStream(client.getInputStream()))) {
                requests.incrementAndGet();
                mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                try {
                    behaviour.answer(client, client.getOutputStream());
                } finally {
                    atOnce.decrementAndGet();
                }
            }
        } catch (IOException left) {
            // The client has had enough.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            head.append((char) next);
        }
        for (String line : head.toString().lines().toList()) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                in.readNBytes(
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).strip()));
            }
        }
        return true;
    }

    private static void write(OutputStream out, int status, String headers, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + " As planned\r\nContent-Type: application/json\r\nConnection: close\r\n"
                + headers + "Content-Length: " + bytes.length + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.US_ASCII));
        out.write(bytes);
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
