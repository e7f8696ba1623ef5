package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Steers a schedule; on the topic of control messages, with the schedule's name as key.
 *
 * @param schedule its name
 * @param by who asks for it, 1 to 200 characters; null where nobody says so
 */
public record ScheduleCommand(
        String schedule, Action action, @Nullable String by) {
    private static final Set<String> TYPES =
            Set.of("pause-schedule", "unpause-schedule", "trigger-schedule", "backfill-schedule");
    private static final Set<String> KNOWN =
            Set.of("type", "schedule", "reason", "from", "to", "by", "runId", "commandId");
    /** What other messages call what this has as well. */
    private static final Map<String, String> ELSEWHERE = Map.of("since", "from", "until", "to");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern REASON = Pattern.compile("(?=.*\\S).{1,1000}", Pattern.DOTALL);
    private static final String TIME = "write it like 2026-01-31T12:00:00Z";

    /** The same by somebody, where the message does not say who. */
    public ScheduleCommand orBy(@Nullable String name) {
        return by != null || name == null ? this : new ScheduleCommand(schedule, action, name);
    }

    /** What is to be done. */
    public sealed interface Action {
        /** The type on the topic, such as {@code pause-schedule}. */
        String type();
    }

    /** It starts nothing for now. */
    public record Pause(@Nullable String reason) implements Action {
        @Override
        public String type() {
            return "pause-schedule";
        }
    }

    /** It starts its runs again, from the next time on. */
    public record Unpause(@Nullable String reason) implements Action {
        @Override
        public String type() {
            return "unpause-schedule";
        }
    }

    /** It starts a run now, by the rule of its overlap, also where it is paused. */
    public record TriggerNow() implements Action {
        @Override
        public String type() {
            return "trigger-schedule";
        }
    }

    /**
     * It starts the runs of times that are past and have none: one after the other, unless its overlap is allow.
     *
     * @param from the first time that counts
     * @param to the last one
     */
    public record Backfill(Instant from, Instant to) implements Action {
        @Override
        public String type() {
            return "backfill-schedule";
        }
    }

    /** Whether a message is one of these, by its type. */
    public static boolean isNamed(JsonNode tree) {
        return TYPES.contains(tree.path("type").asText());
    }

    /**
     * Reads a command; unknown fields are ignored, unless they can only be meant as known ones.
     *
     * @throws FaultsException with everything that is wrong with it
     */
    public static ScheduleCommand read(JsonNode tree) throws FaultsException {
        List<Fault> faults = new FaultList();
        Fields fields = Fields.of(tree, "", faults);
        fields.noSlips(KNOWN, ELSEWHERE);
        String schedule = fields.text("schedule", NAME, "the name of a schedule");
        if (!fields.has("schedule")) {
            fields.missing("schedule", "name the schedule");
        }
        String by = Giver.read(fields);
        Action action = action(fields, faults);
        if (!faults.isEmpty() || schedule == null) {
            throw new FaultsException(faults);
        }
        return new ScheduleCommand(schedule, action, by);
    }

    private static Action action(Fields fields, List<Fault> faults) {
        String type = fields.requiredText("type", "say one of " + String.join(", ", TYPES));
        return switch (type) {
            case "unpause-schedule" -> new Unpause(reason(fields));
            case "trigger-schedule" -> new TriggerNow();
            case "backfill-schedule" -> {
                int before = faults.size();
                Instant from = fields.requiredInstant("from", TIME);
                Instant to = fields.requiredInstant("to", TIME);
                if (fields.has("to") && faults.size() == before && to.isBefore(from)) {
                    fields.fault("to", "is before from", "say the earlier time first");
                }
                yield new Backfill(from, to);
            }
            default -> {
                if (!type.isEmpty() && !TYPES.contains(type)) {
                    fields.fault("type", "is " + Fields.quoted(type), "say one of " + String.join(", ", TYPES));
                }
                yield new Pause(reason(fields));
            }
        };
    }

    private static @Nullable String reason(Fields fields) {
        return fields.text("reason", REASON, "1 to 1000 characters that are not all blank");
    }

    /** The message as it is sent. */
    public ObjectNode toJson() {
        ObjectNode json =
                JsonNodeFactory.instance.objectNode().put("type", action.type()).put("schedule", schedule);
        switch (action) {
            case Pause(String reason) -> putReason(json, reason);
            case Unpause(String reason) -> putReason(json, reason);
            case TriggerNow() -> {}
            case Backfill(Instant from, Instant to) ->
                json.put("from", from.toString()).put("to", to.toString());
        }
        return by == null ? json : json.put("by", by);
    }

    private static void putReason(ObjectNode json, @Nullable String reason) {
        if (reason != null) {
            json.put("reason", reason);
        }
    }
}
