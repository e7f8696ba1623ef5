package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.PostroadClientException;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.Trigger;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Passes triggers and control messages on to their topics, as any client may. Thread-safe. */
final class MessageRoutes {
    private final PostroadClient client;
    private final int maxBytes;

    MessageRoutes(PostroadClient client, int maxBytes) {
        this.client = client;
        this.maxBytes = maxBytes;
    }

    void addTo(RoutesConfig routes) {
        routes.post("/api/triggers", this::trigger);
        routes.post("/api/control", this::control);
    }

    private void trigger(Context context) throws IOException {
        new Query(context).end();
        JsonNode body = body(context);
        Trigger trigger = understood(() -> Trigger.read(body));
        acknowledged(context, () -> {
            String runId = client.trigger(trigger);
            return JsonNodeFactory.instance.objectNode().put("runId", runId);
        });
    }

    private void control(Context context) throws IOException {
        new Query(context).end();
        JsonNode body = body(context);
        Control given = understood(() -> Control.read(body, null));
        // What was not acknowledged may have arrived all the same; with an id it can be sent again.
        String commandId = given.commandId() == null ? "command-" + UUID.randomUUID() : given.commandId();
        Control control = new Control(given.runId(), commandId, given.action());
        acknowledged(context, () -> {
            client.control(control);
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("runId", control.runId())
                    .put("commandId", commandId);
        });
    }

    private JsonNode body(Context context) throws IOException {
        try (InputStream in = context.req().getInputStream()) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw tooLarge();
            }
            return understood(() -> Json.read(bytes));
        }
    }

    private Refusal tooLarge() {
        return Refusal.of(ErrorCode.TOO_LARGE, "the body takes more than the " + maxBytes + " bytes of a message");
    }

    private interface Reading<T> {
        T read() throws FaultsException;
    }

    private static <T> T understood(Reading<T> reading) {
        try {
            return reading.read();
        } catch (FaultsException faults) {
            throw Refusal.faults(faults.faults());
        }
    }

    private interface Sending {
        ObjectNode send();
    }

    private void acknowledged(Context context, Sending sending) {
        try {
            ObjectNode ids = sending.send();
            Answers.send(context.status(202), ids);
        } catch (PostroadClientException failed) {
            if (failed.getCause() instanceof RecordTooLargeException) {
                throw tooLarge();
            }
            throw Refusal.of(ErrorCode.UNAVAILABLE, failed.getMessage());
        }
    }
}
