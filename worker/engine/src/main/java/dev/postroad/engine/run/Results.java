package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.json.Shown;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.Channel;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.Routes;
import dev.postroad.engine.graph.Target;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What tasks are given and what they give, checked: inputs, writes, ways to go on. Confined to one decision. */
final class Results {
    private static final Duration LONGEST_SLEEP = Duration.ofDays(36_500);

    /** Where the state of a single agent's run has a result that is no object. */
    private static final String WHOLE_OUTPUT = "output";

    private final Draft draft;

    Results(Draft draft) {
        this.draft = draft;
    }

    /** What an agent is handed where its node maps nothing. */
    JsonNode plainInput(Task task) {
        Task.Place place = task.place();
        if (place.input() != null) {
            return place.input();
        }
        ObjectNode state = frame(task).state();
        if (place.error() == null) {
            return state;
        }
        ObjectNode both = state.objectNode();
        both.setAll(state);
        both.set("error", TaskScope.json(place.error()));
        return both;
    }

    JsonNode evaluate(Task task, Expression expression) throws RefusedException {
        return evaluate(task, expression, NullNode.instance);
    }

    private JsonNode evaluate(Task task, Expression expression, JsonNode result) throws RefusedException {
        try {
            Budget budget = draft.budget();
            budget.renew();
            return expression.evaluate(TaskScope.of(draft.run(), frame(task), task, result), budget);
        } catch (ExpressionException failed) {
            throw new RefusedException(RunError.EXPRESSION, failed);
        }
    }

    /** Why nobody can be asked in this way; null where it can be done. */
    @Nullable
    String refusal(Task task, Asking asking) {
        Graph graph = frame(task).graph();
        String takesOver =
                asking.onTimeout() == null ? null : asking.onTimeout().textValue();
        boolean known = graph.foresight() == null
                || takesOver == null
                || !graph.nodes().containsKey(takesOver)
                || graph.foresight()
                        .handlers()
                        .getOrDefault(task.node(), Set.of())
                        .contains(takesOver);
        return known
                ? null
                : "onTimeout names " + takesOver + ", and in graph " + graph.name()
                        + ", whose schedule is eager, only the onError of node " + task.node() + " can take over";
    }

    /** Whose question it is; null for anybody's. */
    @Nullable
    String assignee(Task task, Expression expression) throws RefusedException {
        JsonNode given = evaluate(task, expression);
        if (given.isNull()) {
            return null;
        }
        String name = given.isTextual() ? given.textValue() : "";
        if (name.isBlank() || name.length() > 200) {
            throw new RefusedException(
                    RunError.BAD_OUTPUT, "the assignee must be a text of 1 to 200 characters, or null for anybody");
        }
        return name;
    }

    /** How the graph inside a node begins: what it is given, and where that leads. */
    EventBody.Entry entry(Task task, Graph inside) throws RefusedException {
        Node node = frame(task).graph().node(task.node());
        ObjectNode input;
        if (node.input() == null) {
            input = shared(task, inside);
        } else if (evaluate(task, node.input()) instanceof ObjectNode mapped) {
            input = mapped;
        } else {
            throw new RefusedException(
                    RunError.BAD_OUTPUT, "the input of graph " + inside.name() + " must be an object of its channels");
        }
        check(inside, List.of(input));
        List<Target> next = entered(Frame.empty(inside, task.id() + "/"), input);
        TaskLimit.checkInside(draft.run(), inside, next);
        return new EventBody.Entry(input, next);
    }

    private ObjectNode shared(Task task, Graph inside) {
        ObjectNode from = frame(task).state();
        ObjectNode input = from.objectNode();
        JsonNode handed = task.place().input();
        if (handed instanceof ObjectNode object) {
            return object;
        }
        for (Channel channel : inside.channels().values()) {
            JsonNode value = from.get(channel.name());
            if (value != null) {
                input.set(channel.name(), value);
            }
        }
        return input;
    }

    /** What START's conditions choose once the input is written; null where it has none. */
    @Nullable
    List<Target> entered(Frame frame, ObjectNode input) throws RefusedException {
        Routes entry = frame.graph().entry();
        if (!entry.isConditional()) {
            return null;
        }
        try {
            ObjectNode state = merged(frame, EdgeDefinition.START, List.of(input), draft.budget());
            List<Target> next = entry.choose(
                    frame.scope(draft.run().id(), state, NullNode.instance, input, java.util.Map.of()), draft.budget());
            TaskLimit.check(frame.graph(), next);
            return next;
        } catch (ExpressionException failed) {
            throw new RefusedException(RunError.EXPRESSION, failed);
        }
    }

    static ObjectNode merged(Frame frame, String source, List<ObjectNode> writes, Budget budget)
            throws RefusedException {
        try {
            return Merge.apply(frame.graph(), frame.state(), List.of(new Merge.Source(source, writes)), budget);
        } catch (MergeConflictException conflict) {
            throw new RefusedException(RunError.CONFLICT, conflict);
        }
    }

    /** The writes that a result stands for; whether the channels can take them is for {@link #next} to say. */
    List<ObjectNode> writes(Task task, JsonNode output) throws RefusedException {
        Frame frame = frame(task);
        Expression mapping = frame.graph().node(task.node()).output();
        JsonNode mapped = mapping == null ? output : evaluate(task, mapping, output);
        List<ObjectNode> writes = frame.graph().open() && !mapped.isObject() && !mapped.isNull()
                ? List.of(JsonNodeFactory.instance.objectNode().set(WHOLE_OUTPUT, mapped))
                : parts(mapped);
        String problem = Json.unstorableText(mapped);
        if (problem != null) {
            throw new RefusedException(RunError.BAD_OUTPUT, "the result " + problem);
        }
        return writes;
    }

    /** Null writes nothing, by itself and among others. */
    private static List<ObjectNode> parts(JsonNode mapped) throws RefusedException {
        if (mapped.isNull()) {
            return List.of();
        }
        if (mapped instanceof ObjectNode writes) {
            return writes.isEmpty() ? List.of() : List.of(writes);
        }
        if (mapped instanceof ArrayNode list) {
            List<ObjectNode> parts = new ArrayList<>(list.size());
            for (JsonNode part : list) {
                if (part.isNull()) {
                    continue;
                }
                if (!(part instanceof ObjectNode writes)) {
                    throw notAnObject(part);
                }
                parts.add(writes);
            }
            return parts;
        }
        throw notAnObject(mapped);
    }

    private static RefusedException notAnObject(JsonNode given) {
        return new RefusedException(
                RunError.BAD_OUTPUT,
                "the result must be an object whose keys are channels, but is " + given.getNodeType()
                        + "; map it with the node's output");
    }

    /** Whether a graph's channels can take writes. */
    void check(Graph graph, List<ObjectNode> writes) throws RefusedException {
        for (ObjectNode part : writes) {
            String refusal = graph.refusal(part);
            if (refusal != null) {
                throw new RefusedException(RunError.BAD_OUTPUT, refusal);
            }
        }
    }

    /**
     * Where a task leads besides its plain edges: its agent's choice first, then its conditions, which see the state with
     * their own node's writes, and only those, applied. Null where neither has a say.
     */
    @Nullable
    List<Target> next(Task task, List<ObjectNode> writes, List<Goto> gotos) throws RefusedException {
        Frame frame = frame(task);
        check(frame.graph(), writes);
        Routes routes = Objects.requireNonNull(frame.graph().routes().get(task.node()));
        if (gotos.isEmpty() && !routes.isConditional()) {
            return null;
        }
        List<Target> next = new ArrayList<>(targets(frame.graph(), task.node(), gotos));
        if (routes.isConditional()) {
            next.addAll(chosen(frame, task.node(), writes, routes));
        }
        return next;
    }

    /** What the conditions of a node choose, for what was written in its name. */
    List<Target> chosen(Frame frame, String node, List<ObjectNode> writes, Routes routes) throws RefusedException {
        try {
            ObjectNode own = merged(frame, node, writes, draft.budget());
            List<Target> next = routes.choose(
                    frame.scope(draft.run().id(), own, NullNode.instance, frame.input(), java.util.Map.of()),
                    draft.budget());
            TaskLimit.check(frame.graph(), next);
            return next;
        } catch (ExpressionException failed) {
            throw new RefusedException(RunError.EXPRESSION, failed);
        }
    }

    private static List<Target> targets(Graph graph, String from, List<Goto> gotos) throws RefusedException {
        List<Target> targets = new ArrayList<>(gotos.size());
        for (Goto there : gotos) {
            if (there.node().equals(EdgeDefinition.END)) {
                continue;
            }
            if (!graph.nodes().containsKey(there.node())) {
                throw new RefusedException(
                        RunError.BAD_OUTPUT,
                        "goto names " + Shown.name(there.node()) + ", and graph " + graph.name()
                                + " has no such node; its nodes are "
                                + Shown.names(graph.nodes().keySet()));
            }
            var destinations = graph.node(from).destinations();
            if (destinations.isEmpty() && graph.foresight() != null) {
                throw new RefusedException(
                        RunError.BAD_OUTPUT,
                        "goto names " + there.node() + ", and node " + from + " of graph " + graph.name()
                                + ", whose schedule is eager, does not say where it may go; add goto: ["
                                + there.node() + "] to the node");
            }
            if (!destinations.isEmpty() && !destinations.contains(there.node())) {
                throw new RefusedException(
                        RunError.BAD_OUTPUT,
                        "goto names " + there.node() + ", which is not among the goto of node " + from + " in graph "
                                + graph.name());
            }
            targets.add(new Target(there.node(), there.input()));
        }
        return targets;
    }

    /** The time that a node's expression gives, as a duration from now or as a time. */
    static Instant time(JsonNode given, Instant now) throws RefusedException {
        String text = given.asText("");
        try {
            Instant time = text.startsWith("P") || text.startsWith("-P")
                    ? now.plus(Duration.parse(text))
                    : Instant.parse(text);
            if (time.isAfter(now.plus(LONGEST_SLEEP))) {
                throw new RefusedException(
                        RunError.BAD_OUTPUT,
                        "sleep gave " + given + ", and the longest sleep is " + LONGEST_SLEEP.toDays()
                                + " days, P36500D; sleep less, and again");
            }
            return time.isBefore(now) ? now : time;
        } catch (DateTimeException | ArithmeticException neither) {
            throw new RefusedException(
                    RunError.BAD_OUTPUT,
                    "sleep gave " + Shown.name(given.toString())
                            + ", which is neither a duration such as PT10M nor a time such as"
                            + " 2030-01-01T00:00:00Z");
        }
    }

    static Duration bounded(Duration duration) {
        if (duration.isNegative()) {
            return Duration.ZERO;
        }
        return duration.compareTo(LONGEST_SLEEP) < 0 ? duration : LONGEST_SLEEP;
    }

    private Frame frame(Task task) {
        return draft.run().root().holding(task.id()).seenBy(task);
    }
}
