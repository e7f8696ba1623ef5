package dev.postroad.bench.fuzz;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks {@code /health/live} now and then; the longest wait and what went wrong are remembered. Thread-safe. */
final class Pulse implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int OK = 200;

    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;
    private long asked;
    private long unanswered;
    private double longestMillis;

    Pulse(int port) {
        this.address = "http://127.0.0.1:" + port;
    }

    void feel() {
        long begun = System.nanoTime();
        boolean isLive = status("/health/live") == OK;
        double millis = (System.nanoTime() - begun) / 1e6;
        synchronized (this) {
            asked++;
            unanswered += isLive ? 0 : 1;
            longestMillis = Math.max(longestMillis, millis);
        }
    }

    /** Whether the worker takes part in the work. */
    boolean isReady() {
        return status("/health/ready") == OK;
    }

    private int status(String path) {
        try {
            return http.send(request(path), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException none) {
            return 0;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** What the worker says of itself. */
    String health() {
        try {
            return http.send(request("/health"), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException none) {
            return "no answer: " + none.getMessage();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).timeout(LIMIT).build();
    }

    synchronized long asked() {
        return asked;
    }

    synchronized long unanswered() {
        return unanswered;
    }

    synchronized double longestMillis() {
        return longestMillis;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
