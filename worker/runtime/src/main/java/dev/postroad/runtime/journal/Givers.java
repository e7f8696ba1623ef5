package dev.postroad.runtime.journal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.run.EventBody;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Who gave the command that an event answers. It is written beside what the engine decided, which it is no concern of: the
 * fold passes over it.
 */
final class Givers {
    private static final byte[] FIELD = ",\"by\":".getBytes(StandardCharsets.US_ASCII);

    private Givers() {}

    /** The data with who gave the command as its last field; what answers a command has its id in it, so it is not empty. */
    static byte[] with(byte[] data, String by) {
        byte[] name = Json.bytes(JsonNodeFactory.instance.textNode(by));
        byte[] all = Arrays.copyOf(data, data.length + FIELD.length + name.length);
        int end = data.length - 1;
        System.arraycopy(FIELD, 0, all, end, FIELD.length);
        System.arraycopy(name, 0, all, end + FIELD.length, name.length);
        all[all.length - 1] = '}';
        return all;
    }

    /** The command that an event answers; null for none. */
    static @Nullable String commandId(EventBody body) {
        return body instanceof EventBody.Answering answer ? answer.commandId() : null;
    }
}
