package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Before a stateless server: it begins sessions too, in which it hangs up on calls, and cannot say at first that it need not.
 * Thread-safe.
 */
final class BothProtocols implements AutoCloseable {
    private final HttpServer http;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI stateless;
    private final AtomicBoolean isBusy = new AtomicBoolean(true);
    private final AtomicInteger calls = new AtomicInteger();

    BothProtocols(String stateless) throws IOException {
        this.stateless = URI.create(stateless);
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/mcp", this::answer);
        http.start();
    }

    String url() {
        return "http://127.0.0.1:" + http.getAddress().getPort() + "/mcp";
    }

    /** How often it was called in a session. */
    int calls() {
        return calls.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (!exchange.getRequestMethod().equals("POST")) {
            send(exchange, 405, new byte[0]);
        } else if (exchange.getRequestHeaders().containsKey("Mcp-Method")) {
            passOn(exchange, body);
        } else {
            answerInSession(exchange, body);
        }
    }

    private void passOn(HttpExchange exchange, byte[] body) throws IOException {
        if (isBusy.getAndSet(false)) {
            send(exchange, 503, new byte[0]);
            return;
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(stateless).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        for (String name : List.of("Content-Type", "Accept", "Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version")) {
            if (exchange.getRequestHeaders().containsKey(name)) {
                request.header(name, exchange.getRequestHeaders().getFirst(name));
            }
        }
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            answer.headers()
                    .firstValue("Content-Type")
                    .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
            send(exchange, answer.statusCode(), answer.body());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void answerInSession(HttpExchange exchange, byte[] body) throws IOException {
        JsonNode message = read(body);
        switch (message.path("method").asText()) {
            case "initialize" -> {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                String result = """
                        {"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},
                         "serverInfo":{"name":"both","version":"1"}}}""".formatted(message.path("id"));
                send(exchange, 200, result.getBytes(StandardCharsets.UTF_8));
            }
            case "tools/call" -> {
                calls.incrementAndGet();
                exchange.close();
            }
            default -> send(exchange, 202, new byte[0]);
        }
    }

    private static JsonNode read(byte[] body) throws IOException {
        try {
            return Json.read(new String(body, StandardCharsets.UTF_8));
        } catch (FaultsException foreign) {
            throw new IOException(foreign);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        http.stop(0);
        client.close();
    }
}
