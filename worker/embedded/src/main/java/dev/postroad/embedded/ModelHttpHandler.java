package dev.postroad.embedded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Carries requests to the simulated model and its answers back. Keeps no state. */
final class ModelHttpHandler implements HttpHandler {
    private static final int MAX_REQUEST_BYTES = 8 << 20;
    private static final int OK = 200;
    private static final int UNKNOWN_LENGTH = 0;

    private final Duration chunkDelay;

    ModelHttpHandler(Duration chunkDelay) {
        this.chunkDelay = chunkDelay;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            respondOrRefuse(exchange);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void respondOrRefuse(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            respond(exchange);
        } catch (RequestRefused refused) {
            sendJson(exchange, refused.status(), refused.body());
        }
    }

    private void respond(HttpExchange exchange) throws IOException, InterruptedException {
        switch (exchange.getRequestURI().getPath()) {
            case "/v1/chat/completions" -> {
                requireMethod(exchange, "POST");
                complete(exchange, ChatRequest.parse(body(exchange)));
            }
            case "/v1/models" -> {
                requireMethod(exchange, "GET");
                sendJson(exchange, OK, ChatReply.models());
            }
            default -> throw RequestRefused.unknownPath(exchange.getRequestURI().getPath());
        }
    }

    private void complete(HttpExchange exchange, ChatRequest request) throws IOException, InterruptedException {
        ChatReply reply = ChatReply.to(request);
        if (request.delivery() == ChatRequest.Delivery.WHOLE) {
            sendJson(exchange, OK, reply.whole());
            return;
        }
        stream(exchange, reply.chunks(request.delivery()));
    }

    private void stream(HttpExchange exchange, List<ObjectNode> chunks) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(OK, UNKNOWN_LENGTH);
        OutputStream out = exchange.getResponseBody();
        for (ObjectNode chunk : chunks) {
            Thread.sleep(chunkDelay);
            sendEvent(out, chunk.toString());
        }
        sendEvent(out, "[DONE]");
    }

    private static void sendEvent(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void sendJson(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
        if (bytes.length > MAX_REQUEST_BYTES) {
            throw RequestRefused.tooLarge(MAX_REQUEST_BYTES);
        }
        return bytes;
    }

    private static void requireMethod(HttpExchange exchange, String method) {
        if (!exchange.getRequestMethod().equals(method)) {
            exchange.getResponseHeaders().set("Allow", method);
            throw RequestRefused.wrongMethod(exchange.getRequestMethod(), method);
        }
    }
}
