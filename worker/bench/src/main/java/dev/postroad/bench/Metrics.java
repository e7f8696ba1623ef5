package dev.postroad.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The figures that a worker shows under {@code /metrics}. */
final class Metrics implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final HttpRequest request;

    Metrics(int port) {
        request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
    }

    /** A figure, summed up over its tags. */
    long sum(String name) {
        return sum(name, "");
    }

    /** The same, of the lines with a tag such as {@code area="heap"}. */
    long sum(String name, String tag) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .filter(line -> line.contains(tag))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
