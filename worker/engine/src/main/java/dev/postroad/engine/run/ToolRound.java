package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.definition.EdgeDefinition;
import dev.postroad.contracts.definition.Interrupts;
import dev.postroad.contracts.definition.NodeGuardSettings;
import dev.postroad.contracts.definition.Reducer;
import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.expression.ExpressionException;
import dev.postroad.engine.graph.Channel;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.graph.QueueRules;
import dev.postroad.engine.graph.Routes;
import dev.postroad.engine.graph.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tools that an agent calls at once: a graph of one superstep inside the agent's task, with a task for each call. Its
 * nodes are named after the tools, and a node that fails is stood in for by one that notes the error, so that the graph
 * always comes to its end, with an outcome for each call in the order of the calls.
 *
 * <p>What was called stands in the task's last answer from then on, and what came of it when the task goes on. The graph is
 * made anew of that wherever it is needed.
 */
final class ToolRound {
    private static final String OUTCOMES = "outcomes";

    /** No tool has a name with a dot. */
    private static final String FAILED = "tool.failed";

    private static final Expression DONE = compiled("{'" + OUTCOMES + "': [{'output': result}]}");
    private static final Expression NOTED =
            compiled("{'" + OUTCOMES + "': [{'error': {'type': error.type, 'message': error.message}}]}");

    /** A tool leads to no other. */
    private static final Set<String> NOWHERE = Set.of(EdgeDefinition.END);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ToolRound() {}

    private static Expression compiled(String text) {
        try {
            return Expression.compile(text, Set.of("error", "result"));
        } catch (ExpressionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether the graph inside a task of this node is one of tools. */
    static boolean isOf(Node owner) {
        return !(owner.work() instanceof Node.ByGraph);
    }

    /** How a task calls tools. */
    static Task begun(Frame around, Task task, EventBody.NodeCalling calling) {
        List<JsonNode> answers = new ArrayList<>(task.answers());
        answers.add(tree(calling.said(), calling.calls()));
        Graph graph = graph(around.graph(), calling.calls());
        Frame empty = Frame.empty(graph, task.id() + "/");
        List<Target> targets = new ArrayList<>();
        for (ToolTask called : calling.calls()) {
            if (!(called.call().target() instanceof ToolCall.Refused)) {
                targets.add(new Target(called.call().tool(), called.call().input()));
            }
        }
        // Each round has a number of its own, so that no two tasks of a run have the same id.
        int number = answers.size();
        Superstep round = targets.isEmpty()
                ? Superstep.of(number, List.of())
                : Superstep.of(number, empty.prefix(), List.of(), targets);
        Allowance allowance = new Allowance(number, 0, Set.of());
        return task.calling(List.copyOf(answers), empty.with(round).with(allowance));
    }

    /** The graph of the same calls where the one around is another version of it. */
    static Graph under(Graph around, Graph tools) {
        return graph(around, tools.nodes(), tools.routes(), tools.depth());
    }

    /** Where all have answered: the task as it is called again. */
    static Task goneOn(Task task, int attempt) {
        Frame over = (Frame) task.child();
        List<JsonNode> answers = new ArrayList<>(task.answers());
        if (over != null) {
            answers.set(answers.size() - 1, answered(answers.getLast(), over.state()));
        }
        return task.goingOn(attempt, List.copyOf(answers));
    }

    private static ObjectNode answered(JsonNode round, JsonNode state) {
        ObjectNode answered = NODES.objectNode();
        answered.set("said", round.path("said"));
        ArrayNode calls = answered.putArray("calls");
        int outcomes = 0;
        for (JsonNode asked : round.path("calls")) {
            ObjectNode call = calls.addObject();
            asked.properties().forEach(field -> call.set(field.getKey(), field.getValue()));
            if (!call.has("error")) {
                call.setAll((ObjectNode) state.path(OUTCOMES).path(outcomes++));
            }
        }
        return answered;
    }

    /** What is called, as JSON. */
    static ObjectNode tree(JsonNode said, List<ToolTask> called) {
        ObjectNode tree = NODES.objectNode();
        tree.set("said", said);
        ArrayNode calls = tree.putArray("calls");
        for (ToolTask task : called) {
            ToolCall call = task.call();
            ObjectNode one = calls.addObject().put("id", call.id()).put("tool", call.tool());
            switch (call.target()) {
                case ToolCall.OfAgent(String agent) -> one.put("agent", agent);
                case ToolCall.OfGraph(String graph, int version) ->
                    one.put("graph", graph).put("graphVersion", version);
                case ToolCall.Refused(String type, String message) ->
                    one.putObject("error").put("type", type).put("message", message);
            }
            one.set("input", call.input());
        }
        return tree;
    }

    /** What was called, by its JSON. */
    static List<ToolTask> calls(JsonNode tree, PublishedGraphs graphs) {
        List<ToolTask> calls = new ArrayList<>();
        for (JsonNode one : Trees.present(tree, "calls")) {
            ToolCall.Target target = target(one);
            calls.add(new ToolTask(
                    new ToolCall(
                            Trees.text(one, "id"),
                            Trees.text(one, "tool"),
                            target,
                            one.has("input") ? one.get("input") : NullNode.instance),
                    target instanceof ToolCall.OfGraph(String name, int version) ? graphs.graph(name, version) : null));
        }
        return List.copyOf(calls);
    }

    private static ToolCall.Target target(JsonNode call) {
        if (call.has("agent")) {
            return new ToolCall.OfAgent(Trees.text(call, "agent"));
        }
        if (call.has("graph")) {
            return new ToolCall.OfGraph(
                    Trees.text(call, "graph"),
                    Trees.present(call, "graphVersion").intValue());
        }
        JsonNode error = Trees.object(call, "error");
        return new ToolCall.Refused(Trees.text(error, "type"), Trees.text(error, "message"));
    }

    /** The graph of calls, which goes by the name and the limits of the one around it. */
    static Graph graph(Graph around, List<ToolTask> calls) {
        Map<String, Node> nodes = new LinkedHashMap<>();
        Map<String, Routes> routes = new LinkedHashMap<>();
        int depth = 1;
        for (ToolTask called : calls) {
            Graph inside = called.graph();
            Node.Work work = work(called);
            if (work != null) {
                String tool = called.call().tool();
                nodes.putIfAbsent(tool, node(tool, nodes.size(), work, DONE, FAILED));
                routes.put(tool, Routes.NONE);
            }
            depth = inside == null ? depth : Math.max(depth, 1 + inside.depth());
        }
        nodes.put(FAILED, node(FAILED, nodes.size(), new Node.BySet(NOTED), null, null));
        routes.put(FAILED, Routes.NONE);
        return graph(around, nodes, routes, depth);
    }

    private static Graph graph(Graph around, Map<String, Node> nodes, Map<String, Routes> routes, int depth) {
        return new Graph(
                around.name(),
                around.version(),
                Map.of(OUTCOMES, Channel.of(OUTCOMES, Reducer.APPEND, NODES.arrayNode())),
                nodes,
                Routes.NONE,
                routes,
                List.of(),
                Map.of(),
                around.limits(),
                QueueRules.NONE,
                null,
                Interrupts.NONE,
                Interrupts.NONE,
                depth,
                true,
                null,
                false);
    }

    private static Node.@Nullable Work work(ToolTask called) {
        return switch (called.call().target()) {
            case ToolCall.OfAgent(String agent) -> new Node.ByAgent(agent);
            case ToolCall.OfGraph _ -> called.graph() == null ? null : new Node.ByGraph(called.graph());
            case ToolCall.Refused _ -> null;
        };
    }

    private static Node node(
            String name, int index, Node.Work work, @Nullable Expression output, @Nullable String onError) {
        return new Node(
                name,
                index,
                work,
                null,
                output,
                RetrySettings.UNSET,
                null,
                false,
                onError,
                null,
                NOWHERE,
                NodeGuardSettings.UNSET,
                Set.of());
    }
}
