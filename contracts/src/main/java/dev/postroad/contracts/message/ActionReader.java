package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.GotoReader;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.message.Control.Action;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what a control message asks for. Confined to one message. */
final class ActionReader {
    private static final String REMEDY = "say " + ActionKind.all();
    private static final String WRITES = "write the values by channel, as {\"channel\": value, …}";
    private static final Pattern NOT_EMPTY = Pattern.compile(".+", Pattern.DOTALL);
    private static final String VALUE = "value";
    private static final String VALUES = "values";
    private static final String TASK = "task";
    private static final String ALL = "all";
    private static final Pattern ASSIGNEE = Pattern.compile("(?=.*\\S).{1,200}", Pattern.DOTALL);

    private final Fields fields;
    private final List<Fault> faults;

    ActionReader(Fields fields, List<Fault> faults) {
        this.fields = fields;
        this.faults = faults;
    }

    /** The action; null where that is wrong, which is noted. Other faults leave it there, but half read. */
    @Nullable
    Action read() {
        String type = fields.requiredText("type", REMEDY);
        ActionKind kind = ActionKind.of(type);
        if (kind != null) {
            return kind.read(this);
        }
        if (!type.isEmpty()) {
            fields.fault("type", "is " + Fields.quoted(type), REMEDY);
        }
        return null;
    }

    /** The fields of the message. */
    Fields fields() {
        return fields;
    }

    Control.Resume resume() {
        return new Control.Resume(
                answers(),
                fields.whole("version", 0, Integer.MAX_VALUE),
                fields.objectOf("update"),
                new GotoReader(fields, faults).inGraph());
    }

    /** That {@code value} is JSON null is an answer, that it is absent is none. */
    private Answers answers() {
        JsonNode value = fields.object().get(VALUE);
        String task = fields.text(TASK, NOT_EMPTY, "the id of a task");
        boolean all = Boolean.TRUE.equals(fields.truth(ALL));
        Fields several = fields.nested(VALUES);
        if (several != null) {
            return named(several, value);
        }
        if (value == null) {
            if (task != null || all) {
                fields.fault(
                        all ? ALL : TASK, "stands without value", "add the value, or remove " + (all ? ALL : TASK));
            }
            return new Answers.None();
        }
        if (all) {
            if (task != null) {
                fields.fault(TASK, "stands beside all", "keep one of the two");
            }
            return new Answers.Each(value);
        }
        return task == null ? new Answers.Only(value) : new Answers.Named(Map.of(task, value));
    }

    private Answers named(Fields several, @Nullable JsonNode value) {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        several.object().properties().forEach(answer -> answers.put(answer.getKey(), answer.getValue()));
        if (answers.remove(Control.Resume.ONLY) != null) {
            several.fault("", "answers an empty name", "name an interrupt, a task or a node");
        }
        for (String other : List.of(VALUE, TASK, ALL)) {
            if (other.equals(VALUE) ? value != null : fields.has(other)) {
                fields.fault(other, "stands beside values", "keep one of the two");
            }
        }
        return new Answers.Named(answers);
    }

    Control.Reassign reassign() {
        String assignee = fields.text("assignee", ASSIGNEE, "1 to 200 characters");
        if (assignee == null && !fields.has("assignee")) {
            fields.missing("assignee", "say whose question it is from now on");
        }
        return new Control.Reassign(fields.text(TASK, NOT_EMPTY, "the id of a task"), assignee == null ? "" : assignee);
    }

    ObjectNode writes(String field) {
        ObjectNode writes = fields.objectOf(field);
        if (writes == null && !fields.has(field)) {
            fields.missing(field, WRITES);
        }
        return writes == null ? fields.object().objectNode() : writes;
    }

    WhenBusy whenBusy() {
        String name = fields.text("whenBusy");
        for (WhenBusy whenBusy : WhenBusy.values()) {
            if (whenBusy.publicName().equals(name)) {
                return whenBusy;
            }
        }
        if (name != null) {
            String all =
                    Arrays.stream(WhenBusy.values()).map(WhenBusy::publicName).collect(Collectors.joining(", "));
            fields.fault("whenBusy", "is " + Fields.quoted(name), "use one of " + all);
        }
        return WhenBusy.ENQUEUE;
    }

    /** Null where the id is wrong, for there is no fork without one. */
    Control.@Nullable Fork fork() {
        Integer version = fields.whole("version", 1, Integer.MAX_VALUE);
        String newRunId = fields.text("newRunId", RunIds.PATTERN, RunIds.RULE);
        if (newRunId == null && !fields.has("newRunId")) {
            fields.missing("newRunId", "name the run that is to be made");
        }
        ObjectNode update = fields.objectOf("update");
        String asNode = asNode();
        if (asNode != null && !fields.has("update")) {
            fields.fault("asNode", "stands without update", "add the update, {} for none, or remove asNode");
        }
        Integer graphVersion = fields.whole("graphVersion", 1, Integer.MAX_VALUE);
        return newRunId == null ? null : new Control.Fork(version, newRunId, update, asNode, graphVersion);
    }

    @Nullable
    String asNode() {
        return fields.text("asNode", NOT_EMPTY, "the name of a node");
    }

    int graphVersion() {
        Integer version = fields.whole("graphVersion", 1, Integer.MAX_VALUE);
        if (version == null && !fields.has("graphVersion")) {
            fields.missing("graphVersion", "say under which version of its graph the run is to go on, from 1");
        }
        return version == null ? 1 : version;
    }

    int version() {
        Integer version = fields.whole("version", 1, Integer.MAX_VALUE);
        if (version == null && !fields.has("version")) {
            fields.missing("version", "say to which version of the state, from 1");
        }
        return version == null ? 1 : version;
    }
}
