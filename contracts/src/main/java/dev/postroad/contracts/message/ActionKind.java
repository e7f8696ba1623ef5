package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.message.Control.Action;
import dev.postroad.contracts.message.Control.Cancel;
import dev.postroad.contracts.message.Control.Continue;
import dev.postroad.contracts.message.Control.Fork;
import dev.postroad.contracts.message.Control.Migrate;
import dev.postroad.contracts.message.Control.Pause;
import dev.postroad.contracts.message.Control.Reassign;
import dev.postroad.contracts.message.Control.Resume;
import dev.postroad.contracts.message.Control.Retry;
import dev.postroad.contracts.message.Control.Rollback;
import dev.postroad.contracts.message.Control.Unpause;
import dev.postroad.contracts.message.Control.UpdateState;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of control messages, in one place: what each is called, how it is read, and how it is written so that it is read as the same.
 * A record of {@link Control} that is new does not compile until it is here.
 */
@SuppressWarnings("ImmutableEnumChecker") // Readers are lambdas that hold nothing.
public enum ActionKind {
    CANCEL("cancel", from -> new Cancel(from.fields().text("reason"))),
    RETRY("retry", from -> new Retry(Boolean.TRUE.equals(from.fields().truth("now")))),
    RESUME("resume", ActionReader::resume),
    REASSIGN("reassign", ActionReader::reassign),
    CONTINUE("continue", from -> new Continue(from.writes("input"), from.whenBusy())),
    ROLLBACK(
            "rollback",
            from -> new Rollback(
                    from.version(), !Boolean.FALSE.equals(from.fields().truth("resume")))),
    FORK("fork", ActionReader::fork),
    UPDATE_STATE(
            "update-state",
            from -> new UpdateState(
                    from.writes("update"), from.asNode(), from.fields().whole("version", 0, Integer.MAX_VALUE))),
    PAUSE("pause", from -> new Pause(Breakpoints.read(from.fields(), "before", "after"))),
    UNPAUSE("unpause", from -> new Unpause()),
    MIGRATE("migrate", from -> new Migrate(from.graphVersion()));

    private static final Map<String, ActionKind> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(ActionKind::publicName, Function.identity()));

    private final String publicName;
    private final Reader reader;

    ActionKind(String publicName, Reader reader) {
        this.publicName = publicName;
        this.reader = reader;
    }

    /** Reads the fields of one kind; null where they are so wrong that there is no action, which is noted. */
    @FunctionalInterface
    private interface Reader {
        @Nullable
        Action read(ActionReader from);
    }

    /** The kind of a name; null where there is none. */
    static @Nullable ActionKind of(String publicName) {
        return BY_NAME.get(publicName);
    }

    /** All names, for people: such as {@code cancel, retry or pause}. */
    static String all() {
        String names = Arrays.stream(values()).map(ActionKind::publicName).collect(Collectors.joining(", "));
        int last = names.lastIndexOf(", ");
        return names.substring(0, last) + " or " + names.substring(last + 2);
    }

    /** The type on the topic, such as {@code update-state}. */
    public String publicName() {
        return publicName;
    }

    @Nullable
    Action read(ActionReader from) {
        return reader.read(from);
    }

    static void write(Action action, ObjectNode to) {
        to.put("type", action.type());
        switch (action) {
            case Cancel(String reason) -> putText(to, "reason", reason);
            case Retry(boolean now) -> {
                if (now) {
                    to.put("now", true);
                }
            }
            case Resume resume -> write(resume, to);
            case Reassign(String task, String assignee) -> {
                putText(to, "task", task);
                to.put("assignee", assignee);
            }
            case Continue(ObjectNode input, WhenBusy whenBusy) -> {
                to.set("input", input);
                to.put("whenBusy", whenBusy.publicName());
            }
            case Rollback(int version, boolean resume) ->
                to.put("version", version).put("resume", resume);
            case Fork fork -> write(fork, to);
            case UpdateState(ObjectNode update, String asNode, Integer version) -> {
                to.set("update", update);
                putText(to, "asNode", asNode);
                putNumber(to, "version", version);
            }
            case Migrate(int graphVersion) -> to.put("graphVersion", graphVersion);
            case Pause(Breakpoints at) -> {
                if (at != null) {
                    at.put(to);
                }
            }
            case Unpause() -> {}
        }
    }

    private static void write(Resume resume, ObjectNode to) {
        switch (resume.answers()) {
            case Answers.None() -> {}
            case Answers.Only(JsonNode value) -> to.set("value", value);
            case Answers.Each(JsonNode value) -> to.put("all", true).set("value", value);
            case Answers.Named(Map<String, JsonNode> byName) -> {
                ObjectNode values = to.putObject("values");
                byName.forEach(values::set);
            }
        }
        putNumber(to, "version", resume.version());
        if (resume.update() != null) {
            to.set("update", resume.update());
        }
        if (!resume.next().isEmpty()) {
            ArrayNode next = to.putArray("goto");
            resume.next().forEach(target -> next.add(tree(to, target)));
        }
    }

    private static JsonNode tree(ObjectNode to, Goto target) {
        return target.input() == null
                ? to.textNode(target.node())
                : to.objectNode().put("node", target.node()).set("input", target.input());
    }

    private static void write(Fork fork, ObjectNode to) {
        putNumber(to, "version", fork.version());
        to.put("newRunId", fork.newRunId());
        if (fork.update() != null) {
            to.set("update", fork.update());
        }
        putText(to, "asNode", fork.asNode());
        putNumber(to, "graphVersion", fork.graphVersion());
    }

    private static void putText(ObjectNode to, String field, @Nullable String text) {
        if (text != null) {
            to.put(field, text);
        }
    }

    private static void putNumber(ObjectNode to, String field, @Nullable Integer number) {
        if (number != null) {
            to.put(field, number);
        }
    }
}
