package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Asking;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Questions to people as JSON, and back. */
public final class InterruptTrees {
    private InterruptTrees() {}

    /** The question, with what is to be known to answer it. */
    public static ObjectNode tree(Interrupt interrupt) {
        ObjectNode tree = JsonNodeFactory.instance
                .objectNode()
                .put("id", interrupt.id())
                .put("node", interrupt.node())
                .put("task", interrupt.task());
        tree.set("value", interrupt.question());
        tree.put("version", interrupt.version());
        tree.put("askedAt", interrupt.askedAt().toString());
        put(tree, interrupt.asking());
        if (interrupt.kept() != null) {
            tree.set("kept", interrupt.kept());
        }
        Instant dueAt = interrupt.dueAt();
        if (dueAt != null) {
            tree.put("dueAt", dueAt.toString());
        }
        if (interrupt.reminders() > 0) {
            tree.put("reminders", interrupt.reminders());
        }
        return tree;
    }

    private static void put(ObjectNode tree, Asking asking) {
        if (asking.schema() != null) {
            tree.set("schema", asking.schema());
        }
        if (asking.assignee() != null) {
            tree.put("assignee", asking.assignee());
        }
        if (asking.timeout() != null) {
            tree.put("timeout", asking.timeout().toString());
        }
        if (asking.onTimeout() != null) {
            tree.set("onTimeout", asking.onTimeout());
        }
        if (asking.remindEvery() != null) {
            tree.put("remindEvery", asking.remindEvery().toString());
        }
    }

    /** Questions of a release that knew nothing but the question have the rest as if nobody had said it. */
    static Interrupt interrupt(JsonNode tree) {
        return new Interrupt(
                tree.path("id").asText(),
                tree.path("node").asText(),
                tree.path("task").asText(),
                tree.path("value"),
                new Asking(
                        tree.get("schema") instanceof ObjectNode schema ? schema : null,
                        tree.path("assignee").textValue(),
                        duration(tree, "timeout"),
                        tree.get("onTimeout"),
                        duration(tree, "remindEvery")),
                tree.get("kept"),
                tree.path("version").asInt(),
                tree.has("askedAt") ? Instant.parse(tree.path("askedAt").asText()) : Instant.EPOCH,
                tree.path("reminders").asInt());
    }

    private static @Nullable Duration duration(JsonNode tree, String name) {
        return tree.has(name) ? Duration.parse(tree.path(name).asText()) : null;
    }
}
