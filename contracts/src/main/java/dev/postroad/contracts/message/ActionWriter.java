package dev.postroad.contracts.message;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.message.Control.Action;
import dev.postroad.contracts.message.Control.Cancel;
import dev.postroad.contracts.message.Control.Continue;
import dev.postroad.contracts.message.Control.Fork;
import dev.postroad.contracts.message.Control.Pause;
import dev.postroad.contracts.message.Control.Reassign;
import dev.postroad.contracts.message.Control.Resume;
import dev.postroad.contracts.message.Control.Retry;
import dev.postroad.contracts.message.Control.Rollback;
import dev.postroad.contracts.message.Control.Unpause;
import dev.postroad.contracts.message.Control.UpdateState;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a control message asks for, so that {@link ActionReader} reads the same. */
final class ActionWriter {
    private ActionWriter() {}

    static void put(ObjectNode json, Action action) {
        json.put("type", action.type());
        switch (action) {
            case Cancel(String reason) -> putText(json, "reason", reason);
            case Resume resume -> put(json, resume);
            case Continue(ObjectNode input, WhenBusy whenBusy) -> {
                json.set("input", input);
                json.put("whenBusy", whenBusy.publicName());
            }
            case Rollback(int version, boolean resume) ->
                json.put("version", version).put("resume", resume);
            case UpdateState(ObjectNode update, String asNode, Integer version) -> {
                json.set("update", update);
                putText(json, "asNode", asNode);
                putNumber(json, "version", version);
            }
            case Fork fork -> put(json, fork);
            case Retry(boolean now) -> {
                if (now) {
                    json.put("now", true);
                }
            }
            case Reassign(String task, String assignee) -> {
                putText(json, "task", task);
                json.put("assignee", assignee);
            }
            case Pause(), Unpause() -> {}
        }
    }

    private static void putText(ObjectNode json, String field, @Nullable String text) {
        if (text != null) {
            json.put(field, text);
        }
    }

    private static void putNumber(ObjectNode json, String field, @Nullable Integer number) {
        if (number != null) {
            json.put(field, number);
        }
    }

    private static void put(ObjectNode json, Fork fork) {
        putNumber(json, "version", fork.version());
        json.put("newRunId", fork.newRunId());
        if (fork.update() != null) {
            json.set("update", fork.update());
        }
        putText(json, "asNode", fork.asNode());
        putNumber(json, "graphVersion", fork.graphVersion());
    }

    private static void put(ObjectNode json, Resume resume) {
        switch (resume.answers()) {
            case Answers.None() -> {}
            case Answers.Only(JsonNode value) -> json.set("value", value);
            case Answers.Each(JsonNode value) -> json.put("all", true).set("value", value);
            case Answers.Named(Map<String, JsonNode> byName) -> {
                ObjectNode values = json.putObject("values");
                byName.forEach(values::set);
            }
        }
        putNumber(json, "version", resume.version());
        if (resume.update() != null) {
            json.set("update", resume.update());
        }
        if (!resume.next().isEmpty()) {
            ArrayNode next = json.putArray("goto");
            resume.next().forEach(target -> next.add(tree(json, target)));
        }
    }

    private static JsonNode tree(ObjectNode json, Goto target) {
        return target.input() == null
                ? json.textNode(target.node())
                : json.objectNode().put("node", target.node()).set("input", target.input());
    }
}
