package dev.postroad.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An agent behind HTTP that takes its time, for any number of calls at once. Thread-safe. */
final class SlowService implements AutoCloseable {
    private static final int BACKLOG = 16_384;
    private static final byte[] ANSWER = "{\"output\": {\"count\": 1}}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger mostUnderWay = new AtomicInteger();
    private volatile Duration answersAfter = Duration.ZERO;

    SlowService() throws IOException {
        // The server shuts connections that idle beside so many others, and an agent's client meets a closed door.
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(BACKLOG));
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        int now = underWay.incrementAndGet();
        mostUnderWay.accumulateAndGet(now, Math::max);
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            Thread.sleep(answersAfter);
            exchange.sendResponseHeaders(200, ANSWER.length);
            exchange.getResponseBody().write(ANSWER);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.decrementAndGet();
        }
    }

    /** How long calls from now on take. */
    void answerAfter(Duration time) {
        answersAfter = time;
        mostUnderWay.set(0);
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** The most calls that were there at once, since it was said how long they take. */
    int mostUnderWay() {
        return mostUnderWay.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
