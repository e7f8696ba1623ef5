package dev.postroad.runtime.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Reads server-sent events on a thread of its own, as a browser does. */
@NullMarked
public final class Sse implements AutoCloseable {
    private final int status;
    private final InputStream body;
    private final List<Message> messages = new CopyOnWriteArrayList<>();
    private final List<String> comments = new CopyOnWriteArrayList<>();
    private final Thread reader;

    Sse(int status, InputStream body) {
        this.status = status;
        this.body = body;
        reader = Thread.ofVirtual().start(this::read);
    }

    /** A message. */
    public record Message(String id, String event, String data) {
        /** The data as JSON. */
        public JsonNode json() {
            try {
                return Json.readOwn(data);
            } catch (FaultsException faults) {
                throw new IllegalStateException(data, faults);
            }
        }
    }

    /** The status of the answer. */
    public int status() {
        return status;
    }

    /** What has come so far. */
    public List<Message> messages() {
        return List.copyOf(messages);
    }

    /** The comments that have come so far. */
    public List<String> comments() {
        return List.copyOf(comments);
    }

    /** Waits until an event of a type has come. */
    public List<Message> awaitEvent(String type) {
        Site.await(
                type + " comes",
                () -> messages().stream().anyMatch(message -> message.event().equals(type)));
        return messages();
    }

    /** Waits until the server has closed the stream. */
    public void awaitEnd() {
        Site.await("the stream ends", () -> !reader.isAlive());
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            String id = "";
            String event = "";
            String data = "";
            for (@Nullable String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !data.isEmpty()) {
                    messages.add(new Message(id, event, data));
                    data = "";
                } else if (line.startsWith(":")) {
                    comments.add(line);
                }
                id = Objects.requireNonNullElse(field(line, "id:"), id);
                event = Objects.requireNonNullElse(field(line, "event:"), event);
                data += Objects.requireNonNullElse(field(line, "data:"), "");
            }
        } catch (IOException closed) {
            // That is one way to end.
        }
    }

    private static @Nullable String field(String line, String name) {
        return line.startsWith(name) ? line.substring(name.length()).strip() : null;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
