package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.Breakpoints;
import dev.postroad.engine.graph.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The larger parts of events as JSON, and back. */
final class Trees {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Where a fan-out over nothing led to; a field of its own, so that a release without it goes nowhere either. */
    private static final String EMPTIED = "emptied";

    private Trees() {}

    /** A part that every release writes. */
    static JsonNode present(JsonNode data, String name) {
        JsonNode part = data.get(name);
        if (part == null) {
            throw new IllegalStateException("its data has no " + name);
        }
        return part;
    }

    static ObjectNode object(JsonNode data, String name) {
        if (present(data, name) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalStateException(name + " in its data is no object");
    }

    static String text(JsonNode data, String name) {
        JsonNode text = present(data, name);
        if (text.isContainerNode()) {
            throw new IllegalStateException(name + " in its data is no text");
        }
        return text.asText();
    }

    static JsonNode writes(List<ObjectNode> parts) {
        return switch (parts.size()) {
            case 0 -> NODES.objectNode();
            case 1 -> parts.getFirst();
            default -> NODES.arrayNode(parts.size()).addAll(parts);
        };
    }

    static List<ObjectNode> writes(JsonNode tree) {
        if (tree instanceof ObjectNode one) {
            return one.isEmpty() ? List.of() : List.of(one);
        }
        List<ObjectNode> parts = new ArrayList<>(tree.size());
        if (!tree.isArray()) {
            throw new IllegalStateException("writes in its data is neither an object nor a list");
        }
        tree.forEach(part -> parts.add((ObjectNode) part));
        return parts;
    }

    /** Targets that are merely triggered are written as names. */
    static void put(ObjectNode data, String name, @Nullable List<Target> targets) {
        if (targets == null) {
            return;
        }
        ArrayNode array = data.putArray(name);
        for (Target target : targets) {
            if (target.none()) {
                data.withArray(EMPTIED).add(target.node());
            } else if (target.input() == null) {
                array.add(target.node());
            } else {
                array.addObject().put("node", target.node()).set("input", target.input());
            }
        }
    }

    static @Nullable List<Target> targets(JsonNode data, String name) {
        JsonNode array = data.get(name);
        if (array == null) {
            return null;
        }
        List<Target> targets = new ArrayList<>(array.size());
        for (JsonNode target : array) {
            targets.add(
                    target.isTextual()
                            ? Target.of(target.textValue())
                            : new Target(target.path("node").asText(), target.get("input")));
        }
        data.path(EMPTIED).forEach(node -> targets.add(Target.none(node.asText())));
        return targets;
    }

    private static List<Target> targetsOrNone(JsonNode data, String name) {
        List<Target> targets = targets(data, name);
        return targets == null ? List.of() : targets;
    }

    static void putTexts(ObjectNode data, String name, Collection<String> texts) {
        ArrayNode array = data.putArray(name);
        texts.forEach(array::add);
    }

    static List<String> texts(JsonNode data, String name) {
        List<String> texts = new ArrayList<>();
        data.path(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static Set<String> set(JsonNode data, String name) {
        return Set.copyOf(new LinkedHashSet<>(texts(data, name)));
    }

    static ObjectNode tree(Breakpoints breakpoints) {
        ObjectNode tree = NODES.objectNode();
        breakpoints.put(tree);
        return tree;
    }

    /** Reads the lists {@code before} and {@code after}, each of which may be missing. */
    static Breakpoints breakpoints(JsonNode data) {
        return Breakpoints.of(data.get("before"), data.get("after"));
    }

    static void putJoins(ObjectNode data, List<EventBody.OpenJoin> joins) {
        if (!joins.isEmpty()) {
            ArrayNode array = data.putArray("openJoins");
            joins.forEach(join -> putTexts(array.addObject().put("to", join.to()), "missing", join.missing()));
        }
    }

    static List<EventBody.OpenJoin> joins(JsonNode data) {
        List<EventBody.OpenJoin> joins = new ArrayList<>();
        data.path("openJoins")
                .forEach(
                        join -> joins.add(new EventBody.OpenJoin(join.path("to").asText(), texts(join, "missing"))));
        return List.copyOf(joins);
    }

    static void put(ObjectNode data, EventBody.NodeWaiting waiting) {
        if (waiting.interrupt() != null) {
            data.set("interrupt", InterruptTrees.tree(waiting.interrupt()));
        }
        if (waiting.until() != null) {
            data.put("until", waiting.until().toString());
        }
        if (waiting.missing() != null) {
            data.put("agent", waiting.missing().agent())
                    .put("reason", waiting.missing().reason());
        }
        if (waiting.dispatch() != null) {
            data.set("dispatched", tree(waiting.dispatch()));
        }
        BudgetTrees.put(data, waiting.usage());
    }

    static ObjectNode tree(Dispatch dispatch) {
        ObjectNode tree = JsonNodeFactory.instance
                .objectNode()
                .put("agent", dispatch.agent())
                .put("at", dispatch.at().toString())
                .put("deadline", dispatch.deadline().toString());
        if (dispatch.heartbeat() != null) {
            tree.put("heartbeat", dispatch.heartbeat().toString());
        }
        if (dispatch.polling() != null) {
            tree.putObject("polling")
                    .put("handle", dispatch.polling().handle())
                    .put("every", dispatch.polling().every().toString());
        }
        return tree;
    }

    static @Nullable Dispatch dispatch(JsonNode tree) {
        return tree.has("dispatched")
                ? new Dispatch(
                        text(tree.get("dispatched"), "agent"),
                        Instant.parse(text(tree.get("dispatched"), "at")),
                        Instant.parse(text(tree.get("dispatched"), "deadline")),
                        tree.get("dispatched").has("heartbeat")
                                ? Duration.parse(text(tree.get("dispatched"), "heartbeat"))
                                : null,
                        polling(tree.get("dispatched").path("polling")))
                : null;
    }

    private static @Nullable Polling polling(JsonNode tree) {
        return tree.isObject() ? new Polling(text(tree, "handle"), Duration.parse(text(tree, "every"))) : null;
    }

    static EventBody.NodeWaiting nodeWaiting(JsonNode data) {
        return new EventBody.NodeWaiting(
                data.has("interrupt") ? InterruptTrees.interrupt(data.get("interrupt")) : null,
                data.has("until") ? Instant.parse(data.get("until").textValue()) : null,
                data.has("agent")
                        ? new EventBody.Missing(
                                data.get("agent").asText(), data.path("reason").asText())
                        : null,
                dispatch(data),
                BudgetTrees.usage(data));
    }

    static void put(ObjectNode data, EventBody.RunWaiting waiting) {
        ArrayNode interrupts = data.putArray("interrupts");
        waiting.interrupts().forEach(interrupt -> interrupts.add(InterruptTrees.tree(interrupt)));
        if (!waiting.before().isEmpty()) {
            putTexts(data, "before", waiting.before());
        }
        if (!waiting.after().isEmpty()) {
            putTexts(data, "after", waiting.after());
        }
        if (waiting.wakeAt() != null) {
            data.put("wakeAt", waiting.wakeAt().toString());
        }
    }

    static EventBody.RunWaiting waiting(JsonNode data) {
        List<Interrupt> interrupts = new ArrayList<>();
        data.path("interrupts").forEach(interrupt -> interrupts.add(InterruptTrees.interrupt(interrupt)));
        return new EventBody.RunWaiting(
                interrupts,
                texts(data, "before"),
                texts(data, "after"),
                data.has("wakeAt") ? Instant.parse(data.get("wakeAt").textValue()) : null);
    }

    static void put(ObjectNode data, EventBody.RunResumed resumed) {
        if (resumed.commandId() != null) {
            data.put("commandId", resumed.commandId());
        }
        if (!resumed.answers().isEmpty()) {
            ObjectNode answers = data.putObject("answers");
            resumed.answers().forEach(answers::set);
        }
        if (!resumed.again().isEmpty()) {
            putTexts(data, "again", resumed.again());
        }
        if (resumed.update() != null) {
            data.set("update", resumed.update());
        }
        if (!resumed.next().isEmpty()) {
            put(data, "next", resumed.next());
        }
    }

    static EventBody.RunResumed resumed(JsonNode data) {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        data.path("answers").properties().forEach(answer -> answers.put(answer.getKey(), answer.getValue()));
        return new EventBody.RunResumed(
                data.path("commandId").textValue(),
                answers,
                texts(data, "again"),
                data.get("update") instanceof ObjectNode update ? update : null,
                targetsOrNone(data, "next"));
    }

    static void put(ObjectNode data, EventBody.StateUpdated updated) {
        data.put("commandId", updated.commandId()).put("asNode", updated.asNode());
        data.set("writes", updated.writes());
        put(data, "next", updated.next());
        if (updated.base() != null) {
            data.set("base", tree(updated.base()));
        }
    }

    static EventBody.StateUpdated updated(JsonNode data) {
        return new EventBody.StateUpdated(
                text(data, "commandId"),
                text(data, "asNode"),
                object(data, "writes"),
                targetsOrNone(data, "next"),
                data.has("base") ? snapshot(data.get("base")) : null);
    }

    static ObjectNode tree(Snapshot snapshot) {
        ObjectNode tree = NODES.objectNode();
        tree.set("state", snapshot.state());
        put(tree, "next", snapshot.next());
        putTexts(tree, "last", snapshot.last());
        Triggers triggers = snapshot.triggers();
        if (!triggers.equals(Triggers.NONE)) {
            ObjectNode remembered = tree.putObject("triggers");
            ObjectNode seen = remembered.putObject("seen");
            new TreeMap<>(triggers.seen())
                    .forEach((join, sources) -> putTexts(seen, join.toString(), new TreeSet<>(sources)));
            ArrayNode released = remembered.putArray("released");
            new TreeSet<>(triggers.released()).forEach(released::add);
            putTexts(remembered, "deferred", new TreeSet<>(triggers.deferred()));
            putTexts(remembered, "due", new TreeSet<>(triggers.due()));
        }
        return tree;
    }

    static Snapshot snapshot(JsonNode tree) {
        JsonNode remembered = tree.path("triggers");
        Map<Integer, Set<String>> seen = new LinkedHashMap<>();
        remembered
                .path("seen")
                .fieldNames()
                .forEachRemaining(join -> seen.put(Integer.valueOf(join), set(remembered.path("seen"), join)));
        Set<Integer> released = new LinkedHashSet<>();
        remembered.path("released").forEach(join -> released.add(join.asInt()));
        return new Snapshot(
                object(tree, "state"),
                targetsOrNone(tree, "next"),
                new Triggers(
                        Map.copyOf(seen), Set.copyOf(released), set(remembered, "deferred"), set(remembered, "due")),
                texts(tree, "last"));
    }
}
