package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.agent.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Does the work of a case's nodes: the i-th call of a node does what the case says of its i-th execution. */
public final class CaseAgent {
    private static final Set<String> PYTHON_DOES_NOT_RETRY = Set.of(
            "ValueError",
            "TypeError",
            "ArithmeticError",
            "ImportError",
            "LookupError",
            "NameError",
            "SyntaxError",
            "RuntimeError",
            "ReferenceError",
            "StopIteration",
            "OSError",
            "KeyError",
            "IndexError",
            "ZeroDivisionError");

    private final Map<String, JsonNode> attempts = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();

    /** What a call gives, and how long it takes. */
    public record Done(AgentReply reply, long millis) {}

    public CaseAgent(JsonNode graph) {
        learn(graph);
    }

    /** The agent of a run that goes on after some calls, by node. */
    public CaseAgent(JsonNode graph, Map<String, Integer> callsBefore) {
        this(graph);
        calls.putAll(callsBefore);
    }

    private void learn(JsonNode graph) {
        graph.path("nodes").properties().forEach(node -> {
            if (node.getValue().has("subgraph")) {
                learn(node.getValue().get("subgraph"));
            } else {
                attempts.put(node.getKey(), node.getValue().path("do"));
            }
        });
    }

    /** How often each node was called so far; nodes that were not are left out. */
    public synchronized Map<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    /** Executes a node. */
    public synchronized Done call(String node, JsonNode input, List<JsonNode> answers) {
        int number = calls.merge(node, 1, Integer::sum);
        JsonNode all = attempts.getOrDefault(node, JsonNodeFactory.instance.arrayNode());
        JsonNode attempt = all.path(Math.min(number, all.size()) - 1);
        return new Done(reply(attempt, input, answers), attempt.path("sleepMs").asLong());
    }

    private static AgentReply reply(JsonNode attempt, JsonNode input, List<JsonNode> answers) {
        JsonNode asked = attempt.path("interrupts");
        if (answers.size() < asked.size()) {
            return new AgentReply.Interrupted(Values.of(asked.get(answers.size()), input, answers));
        }
        JsonNode raised = attempt.get("raise");
        if (raised != null) {
            String type = raised.path("type").asText();
            boolean retryable = !PYTHON_DOES_NOT_RETRY.contains(type);
            String message = Values.of(raised.path("message"), input, answers).asText();
            return new AgentReply.Faulted(type, message, retryable, null);
        }
        ArrayNode writes = JsonNodeFactory.instance.arrayNode();
        if (attempt.has("update")) {
            writes.add(Values.of(attempt.get("update"), input, answers));
        }
        attempt.path("updates").forEach(update -> writes.add(Values.of(update, input, answers)));
        return new AgentReply.Completed(writes, Usage.NONE, gotos(attempt, input, answers));
    }

    private static List<Goto> gotos(JsonNode attempt, JsonNode input, List<JsonNode> answers) {
        JsonNode given = attempt.path("goto");
        boolean parent = attempt.path("parent").asBoolean();
        List<Goto> gotos = new ArrayList<>();
        Iterable<JsonNode> targets = given.isArray() ? given : given.isMissingNode() ? List.of() : List.of(given);
        for (JsonNode target : targets) {
            JsonNode send = target.get("send");
            if (send != null) {
                JsonNode argument = Values.of(send.get("arg"), input, answers);
                gotos.add(new Goto(send.get("node").asText(), argument, parent));
            } else if (target.isObject()) {
                JsonNode around = target.path("parent");
                String node = around.isTextual()
                        ? around.asText()
                        : target.path("node").asText();
                gotos.add(new Goto(node, null, parent || around.isTextual() || around.asBoolean()));
            } else {
                gotos.add(new Goto(target.asText().equals("__end__") ? "END" : target.asText(), null, parent));
            }
        }
        return gotos;
    }
}
