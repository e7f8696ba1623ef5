package dev.postroad.runtime.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;

/** Calls a worker on this machine over HTTP. */
@NullMarked
public final class Caller implements AutoCloseable {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port;

    public Caller(int port) {
        this.port = port;
    }

    /** An answer. */
    public record Reply(int status, String type, String text) {
        /** The body as JSON. */
        public JsonNode json() {
            try {
                return Json.readOwn(text);
            } catch (FaultsException faults) {
                throw new IllegalStateException(text, faults);
            }
        }
    }

    /** Where the worker listens. */
    public int port() {
        return port;
    }

    /** Gets a path; headers are names and values by turns. */
    public Reply get(String path, String... headers) {
        return send(request(path, headers).build());
    }

    /** Gets the JSON of a path that has some. */
    public JsonNode found(String path) {
        Reply reply = get(path);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(reply.type()).startsWith("application/json");
        return reply.json();
    }

    /** Posts JSON, with single quotes for double ones. */
    public Reply post(String path, String body) {
        return send("POST", path, body, "Content-Type", "application/json");
    }

    /** Sends anything. */
    public Reply send(String method, String path, String body, String... headers) {
        return send(request(path, headers)
                .method(method, BodyPublishers.ofByteArray(Site.bytes(body)))
                .build());
    }

    private Reply send(HttpRequest request) {
        HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
        return new Reply(
                response.statusCode(),
                response.headers().firstValue("Content-Type").orElse(""),
                response.body());
    }

    /** Opens a stream of events. */
    public Sse follow(String path, String... headers) {
        HttpRequest request =
                request(path, headers).header("Accept", "text/event-stream").build();
        HttpResponse<InputStream> response = exchange(request, BodyHandlers.ofInputStream());
        return new Sse(response.statusCode(), response.body());
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Site.LIMIT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    /** Sends lines as they are, and gives everything that comes back. */
    public String raw(String... lines) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) Site.LIMIT.toMillis());
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
