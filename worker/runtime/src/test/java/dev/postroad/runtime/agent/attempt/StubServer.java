package dev.postroad.runtime.agent.attempt;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An HTTP server that gives canned answers and keeps what it was sent. Answers one request at a time. */
public final class StubServer implements AutoCloseable {
    /** A request as it came. */
    public record Received(String method, String path, Map<String, List<String>> headers, String body) {
        public String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    /** What is answered. */
    record Canned(int status, Map<String, String> headers, String body) {}

    private final HttpServer server;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Canned> first = new LinkedBlockingQueue<>();
    private volatile Canned answer = new Canned(200, Map.of(), "{\"output\":{}}");

    private StubServer(HttpServer server) {
        this.server = server;
    }

    public static StubServer start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        StubServer stub = new StubServer(server);
        server.createContext("/", stub::handle);
        server.start();
        return stub;
    }

    public void answers(int status, String body, String... headers) {
        Map<String, String> named = headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]);
        answer = new Canned(status, named, body);
    }

    /** Is answered before whatever else is, once, and behind those that were said before. */
    public void answersFirst(int status, String body, String type) {
        first.add(new Canned(status, Map.of("Content-Type", type), body));
    }

    public void answersEvents(String body) {
        answers(200, body, "Content-Type", "text/event-stream");
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    public Received request() throws InterruptedException {
        return received.take();
    }

    /** Whether nothing was asked that was not looked at. */
    public boolean isIdle() {
        return received.isEmpty();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            received.add(new Received(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    body));
            Canned turn = first.poll();
            Canned answer = turn == null ? this.answer : turn;
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            answer.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
