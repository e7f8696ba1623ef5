package dev.postroad.runtime.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.NullMarked;

/** A real server of agents, each under a path of its own, that answer as the test says. Thread-safe. */
@NullMarked
public final class MoodyAgent implements AutoCloseable {
    /** What an agent says that is well. */
    public static final Mood WELL = new Mood(200, "application/json", "{\"output\": {}}");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Mood> moods = new ConcurrentHashMap<>();

    /** An answer; a status of 0 for none as long as that is the mood. */
    public record Mood(int status, String type, String body) {
        /** An answer in words. */
        public static Mood of(int status, String words) {
            return new Mood(status, "text/plain", words);
        }
    }

    private MoodyAgent() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    public static MoodyAgent start() {
        return new MoodyAgent();
    }

    /** Where an agent is. */
    public String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    /** Has an agent answer so from now on. */
    public void is(String name, Mood mood) {
        moods.put("/" + name, mood);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            Site.await("the agent says something", () -> mood(path).status() > 0);
            Mood mood = mood(path);
            byte[] body = mood.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", mood.type());
            exchange.sendResponseHeaders(mood.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Mood mood(String path) {
        return moods.getOrDefault(path, WELL);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
