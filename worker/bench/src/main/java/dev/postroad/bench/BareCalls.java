package dev.postroad.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Calls of a service as a worker makes them, and nothing else: the requests of an HTTP agent are written to sockets that are
 * kept open, each with a virtual thread of its own, and the answers are read. What a worker could reach whose runs, journal
 * and client cost nothing.
 */
final class BareCalls {
    private static final int ANSWER_BYTES = 512;

    private final int port;
    private final byte[] request;

    BareCalls(int port) {
        this.port = port;
        String body =
                "{\"runId\":\"measured-12345\",\"graph\":\"bench-http\",\"node\":\"n003\",\"task\":\"3:n003:0\",\"attempt\":1,"
                        + "\"input\":{\"count\":3,\"log\":[]},\"deadline\":\"2026-11-29T16:00:00.123456Z\"}";
        request = ("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nContent-Type: application/json\r\n"
                        + "Accept: application/json, application/x-ndjson, text/event-stream\r\n"
                        + "Idempotency-Key: measured-12345/3:n003:0\r\n"
                        + "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Calls for a second, so many at once. */
    double perSecond(int calls, int atOnce) throws InterruptedException {
        AtomicInteger left = new AtomicInteger(calls);
        AtomicReference<Exception> broken = new AtomicReference<>();
        long begun = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < atOnce; i++) {
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    callWhile(left);
                } catch (IOException | RuntimeException failed) {
                    broken.set(failed);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Exception failure = broken.get();
        if (failure != null) {
            throw new IllegalStateException("the service does not answer", failure);
        }
        return calls / ((System.nanoTime() - begun) / 1e9);
    }

    private void callWhile(AtomicInteger left) throws IOException {
        byte[] answer = new byte[ANSWER_BYTES];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            while (left.getAndDecrement() > 0) {
                socket.getOutputStream().write(request);
                read(socket.getInputStream(), answer);
            }
        }
    }

    /** To the last of the braces of {@code {"output": {"count": 1}}}. */
    private static void read(InputStream from, byte[] answer) throws IOException {
        int length = 0;
        do {
            int more = from.read(answer, length, ANSWER_BYTES - length);
            if (more < 0) {
                throw new IOException("the service hung up");
            }
            length += more;
        } while (length < 2 || answer[length - 1] != '}' || answer[length - 2] != '}');
    }
}
