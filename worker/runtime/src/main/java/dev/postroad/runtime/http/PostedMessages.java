package dev.postroad.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.client.PostroadClientException;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is posted, and answers when Kafka has what came of it. Thread-safe. */
final class PostedMessages {
    private static final Logger LOG = LoggerFactory.getLogger(PostedMessages.class);

    private final int maxBytes;

    PostedMessages(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** @throws Refusal where the body is too long, breaks off, or is no JSON */
    JsonNode body(Context context) {
        byte[] bytes = bytes(context);
        if (bytes.length > maxBytes) {
            throw tooLarge();
        }
        return understood(() -> Json.read(bytes));
    }

    private byte[] bytes(Context context) {
        try {
            return context.req().getInputStream().readNBytes(maxBytes + 1);
        } catch (IOException brokenOff) {
            LOG.debug("{} {}", context.method(), context.path(), brokenOff);
            throw Refusal.of(ErrorCode.BAD_REQUEST, "the body is not complete; send all of it in time");
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

    /** Answers with what the sender tells. */
    void acknowledged(Context context, Supplier<ObjectNode> sending) {
        ObjectNode told = sent(sending);
        Answers.send(context.status(202), told);
    }

    /**
     * What the sender tells.
     *
     * @throws Refusal where Kafka does not take it
     */
    <T> T sent(Supplier<T> sending) {
        try {
            return sending.get();
        } catch (PostroadClientException failed) {
            if (failed.getCause() instanceof RecordTooLargeException) {
                throw tooLarge();
            }
            throw Refusal.of(ErrorCode.UNAVAILABLE, failed.getMessage());
        }
    }
}
