package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Steers one run.
 *
 * @param runId the run
 * @param commandId what makes the command apply once; null where the record's place gives it
 * @param action what is to be done
 */
public record Control(String runId, @Nullable String commandId, Action action) {
    private static final Pattern COMMAND_ID = Pattern.compile(".{1,200}", Pattern.DOTALL);
    private static final Set<String> LATER =
            Set.of("resume", "continue", "rollback", "fork", "update-state", "pause", "unpause");

    public Control {
        RunIds.requireLegal(runId);
    }

    /** What is to be done with a run. */
    public sealed interface Action {
        /** The type on the topic, such as {@code cancel}. */
        String type();
    }

    /** Stops a run. */
    public record Cancel(@Nullable String reason) implements Action {
        @Override
        public String type() {
            return "cancel";
        }
    }

    /** Runs again what failed, or was cancelled, and only that. */
    public record Retry() implements Action {
        @Override
        public String type() {
            return "retry";
        }
    }

    /** A command of the protocol that this version of the worker cannot carry out; it is answered by a rejection. */
    public record Unsupported(String type) implements Action {}

    /**
     * Reads a control message; unknown fields are ignored.
     *
     * @param key the record's key, taken for the run id where the message has none; may be null
     * @throws FaultsException with everything that is wrong with it
     */
    public static Control read(JsonNode tree, @Nullable String key) throws FaultsException {
        List<Fault> faults = new ArrayList<>();
        Fields fields = Fields.of(tree, "", faults);
        String runId = runId(fields, key);
        String commandId = fields.text("commandId", COMMAND_ID, "1 to 200 characters");
        Action action = action(fields);
        if (!faults.isEmpty() || runId == null || action == null) {
            throw new FaultsException(faults);
        }
        return new Control(runId, commandId, action);
    }

    private static @Nullable String runId(Fields fields, @Nullable String key) {
        if (fields.has("runId")) {
            return fields.text("runId", RunIds.PATTERN, RunIds.RULE);
        }
        if (key == null) {
            fields.fault("runId", "is missing", "name the run");
        } else if (!RunIds.isLegal(key)) {
            fields.fault("runId", "is missing, and the record's key is " + Fields.quoted(key), "use " + RunIds.RULE);
        }
        return key;
    }

    private static @Nullable Action action(Fields fields) {
        String type = fields.requiredText("type", "say cancel or retry");
        if (type.equals("cancel")) {
            return new Cancel(fields.text("reason"));
        }
        if (type.equals("retry")) {
            return new Retry();
        }
        if (LATER.contains(type)) {
            return new Unsupported(type);
        }
        if (!type.isEmpty()) {
            fields.fault("type", "is " + Fields.quoted(type), "say cancel or retry");
        }
        return null;
    }

    /** The message as it is sent. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", action.type());
        json.put("runId", runId);
        if (commandId != null) {
            json.put("commandId", commandId);
        }
        if (action instanceof Cancel(String reason) && reason != null) {
            json.put("reason", reason);
        }
        return json;
    }
}
