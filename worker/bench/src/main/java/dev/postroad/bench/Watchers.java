package dev.postroad.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What open consoles ask of a worker: each follows the list of runs, and takes every change of it. Owns its threads. */
final class Watchers implements AutoCloseable {
    private static final int SECONDS_TO_BEGIN = 30;

    private final List<Socket> sockets = new ArrayList<>();
    private final AtomicLong changes = new AtomicLong();
    private final CountDownLatch begun;

    /** Returns once each has its first page. */
    Watchers(int port, int number) throws InterruptedException {
        begun = new CountDownLatch(number);
        try {
            for (int i = 0; i < number; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                sockets.add(socket);
                socket.getOutputStream().write("""
                        GET /api/runs?limit=100 HTTP/1.1\r
                        Host: localhost\r
                        Accept: text/event-stream\r
                        \r
                        """.getBytes(StandardCharsets.US_ASCII));
                Thread.ofVirtual().name("postroad-bench-watcher").start(() -> watch(socket));
            }
        } catch (IOException refused) {
            close();
            throw new UncheckedIOException(refused);
        }
        if (!begun.await(SECONDS_TO_BEGIN, TimeUnit.SECONDS)) {
            close();
            throw new IllegalStateException(begun.getCount() + " of " + number + " consoles were shown nothing");
        }
    }

    /** How many changes came to all of them together, the first pages among them. */
    long changes() {
        return changes.get();
    }

    private void watch(Socket socket) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            boolean isFirst = true;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("event: change")) {
                    changes.incrementAndGet();
                    if (isFirst) {
                        begun.countDown();
                        isFirst = false;
                    }
                }
            }
        } catch (IOException closed) {
            // By close(), or by the worker; who is shown nothing is missed at the beginning.
        }
    }

    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
