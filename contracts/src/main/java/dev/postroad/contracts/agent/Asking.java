package dev.postroad.contracts.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a person is asked, besides what they are to see.
 *
 * @param schema the JSON Schema (2020-12) that an answer has to fit; null where any JSON does; must not be changed
 * @param assignee whose question it is, 1 to 200 characters; null for anybody's; in the definition of a node this is an
 *     expression
 * @param timeout how long the question stands; null for as long as it takes
 * @param onTimeout what becomes of it then: the name of a node of the same graph, which takes over, or any other JSON,
 *     which is the answer; null to fail with {@code timeout}; only beside a time-out
 * @param remindEvery how often {@code node.reminded} tells that nobody answered, at least a minute; null for never
 */
public record Asking(
        @Nullable ObjectNode schema,
        @Nullable String assignee,
        @Nullable Duration timeout,
        @Nullable JsonNode onTimeout,
        @Nullable Duration remindEvery) {
    /** Anybody may answer anything, and whenever they like. */
    public static final Asking ANYBODY = new Asking(null, null, null, null, null);

    /** What a question is put under, beside what follows from this record. */
    public static final String ASK = "ask";

    private static final Set<String> KNOWN = Set.of(ASK, "schema", "assignee", "timeout", "onTimeout", "remindEvery");
    private static final Duration SHORTEST_REMINDER = Duration.ofMinutes(1);
    private static final int LONGEST_ASSIGNEE = 200;

    /** Whether an object is a question with something beside it, and not a question of the agent's own form. */
    public static boolean isLongForm(JsonNode given) {
        return given instanceof ObjectNode object
                && object.has(ASK)
                && object.properties().stream().allMatch(field -> KNOWN.contains(field.getKey()));
    }

    /** Reads what stands beside a question, and notes every fault. */
    public static Asking read(Fields fields) {
        fields.onlyKnown(KNOWN);
        ObjectNode schema = fields.objectOf("schema");
        String assignee = fields.text("assignee");
        if (assignee != null && (assignee.isBlank() || assignee.length() > LONGEST_ASSIGNEE)) {
            fields.fault("assignee", "is blank or too long", "use 1 to " + LONGEST_ASSIGNEE + " characters");
        }
        Duration timeout = fields.duration("timeout");
        JsonNode onTimeout = fields.tree("onTimeout");
        if (onTimeout != null && !fields.has("timeout")) {
            fields.fault("onTimeout", "stands without timeout", "say with timeout how long the question stands");
        }
        Duration remindEvery = fields.duration("remindEvery");
        if (remindEvery != null && remindEvery.compareTo(SHORTEST_REMINDER) < 0) {
            fields.fault("remindEvery", "is shorter than a minute", "remind less often");
        }
        return new Asking(schema, assignee, timeout, onTimeout, remindEvery);
    }

    /** The same for somebody. */
    public Asking of(@Nullable String somebody) {
        return new Asking(schema, somebody, timeout, onTimeout, remindEvery);
    }
}
