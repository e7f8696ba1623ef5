package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClientException;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Reads what is posted, and answers when Kafka has what came of it. Thread-safe. */
final class PostedMessages {
    private final int maxBytes;

    PostedMessages(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** @throws Refusal where the body is too long, or no JSON */
    JsonNode body(Context context) throws IOException {
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

    interface Reading<T> {
        T read() throws FaultsException;
    }

    /** @throws Refusal with all faults, where there are any */
    static <T> T understood(Reading<T> reading) {
        try {
            return reading.read();
        } catch (FaultsException faults) {
            throw Refusal.faults(faults.faults());
        }
    }

    interface Sending {
        ObjectNode send();
    }

    /** Answers with what the sender tells. */
    void acknowledged(Context context, Sending sending) {
        try {
            ObjectNode told = sending.send();
            Answers.send(context.status(202), told);
        } catch (PostroadClientException failed) {
            if (failed.getCause() instanceof RecordTooLargeException) {
                throw tooLarge();
            }
            throw Refusal.of(ErrorCode.UNAVAILABLE, failed.getMessage());
        }
    }
}
