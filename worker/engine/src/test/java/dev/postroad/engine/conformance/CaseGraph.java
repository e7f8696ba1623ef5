package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The graph of a case in our words: definitions as an author would write them, those inside others first. */
public final class CaseGraph {
    /** The agent that does all nodes' work; it goes by the node's name. */
    public static final String AGENT = "conformance";

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Map<String, String> REDUCERS = Map.of(
            "last",
            "last",
            "append",
            "append",
            "add",
            "sum",
            "concat",
            "old + new",
            "sortedAppend",
            "(old + new).sort()");

    private final Map<String, ObjectNode> definitions = new LinkedHashMap<>();

    private CaseGraph() {}

    /** The definitions by name; the last is the whole graph. */
    public static Map<String, ObjectNode> definitions(String name, JsonNode graph) {
        CaseGraph translated = new CaseGraph();
        translated.add(name, graph);
        return translated.definitions;
    }

    private void add(String name, JsonNode graph) {
        ObjectNode definition = NODES.objectNode().put("graph", name);
        ObjectNode state = definition.putObject("state");
        graph.path("state").properties().forEach(channel -> state.set(channel.getKey(), channel(channel.getValue())));
        ObjectNode nodes = definition.putObject("nodes");
        List<String> all = new ArrayList<>();
        graph.path("nodes").fieldNames().forEachRemaining(all::add);
        graph.path("nodes").properties().forEach(node -> {
            String inner = name + "." + node.getKey();
            if (node.getValue().has("subgraph")) {
                add(inner, node.getValue().get("subgraph"));
            }
            nodes.set(node.getKey(), node(node.getValue(), inner, all));
        });
        definition.set("edges", edges(graph, all));
        interrupts(graph, "interruptBefore", definition);
        interrupts(graph, "interruptAfter", definition);
        definitions.put(name, definition);
    }

    private static ObjectNode channel(JsonNode given) {
        String reducer = given.path("reducer").asText("last");
        ObjectNode channel = NODES.objectNode().put("reducer", REDUCERS.getOrDefault(reducer, reducer));
        if (reducer.equals("concat")) {
            channel.put("default", "");
        } else if (reducer.equals("sortedAppend")) {
            channel.putArray("default");
        }
        return channel;
    }

    private static ObjectNode node(JsonNode given, String inner, List<String> all) {
        ObjectNode node = NODES.objectNode();
        if (given.has("subgraph")) {
            node.put("graph", inner);
        } else {
            node.put("agent", AGENT).set("retry", retry(given.get("retry")));
        }
        if (given.path("defer").asBoolean()) {
            node.put("defer", true);
        }
        if (given.has("errorHandler")) {
            node.set("onError", given.get("errorHandler"));
        }
        ArrayNode anywhere = node.putArray("goto");
        all.forEach(anywhere::add);
        anywhere.add("END");
        return node;
    }

    private static ObjectNode retry(JsonNode given) {
        if (given == null) {
            return NODES.objectNode().put("maxAttempts", 1);
        }
        ObjectNode retry =
                NODES.objectNode().put("maxAttempts", given.path("maxAttempts").asInt(3));
        retry.put("backoff", "PT" + given.path("initialMs").asDouble(500) / 1000 + "S");
        retry.put("multiplier", given.path("factor").asDouble(2));
        if (given.has("on")) {
            retry.set("on", given.get("on"));
        }
        return retry;
    }

    private static void interrupts(JsonNode graph, String field, ObjectNode definition) {
        JsonNode given = graph.get(field);
        if (given != null && given.isTextual()) {
            definition.put(field, "all");
        } else if (given != null && !given.isEmpty()) {
            definition.set(field, given);
        }
    }

    private static ArrayNode edges(JsonNode graph, List<String> nodes) {
        List<ObjectNode> edges = new ArrayList<>();
        for (JsonNode edge : graph.path("edges")) {
            ObjectNode translated = edge(edge.get(0).asText());
            translated.set("to", edge.get(1));
            edges.add(translated);
        }
        for (JsonNode join : graph.path("joins")) {
            edges.add(
                    NODES.objectNode().<ObjectNode>set("from", join.get("from")).set("to", join.get("to")));
        }
        for (JsonNode branch : graph.path("branches")) {
            route(branch.get("from").asText(), "", branch.get("route"), edges);
        }
        leadOn(edges, nodes);
        return NODES.arrayNode().addAll(edges);
    }

    private static ObjectNode edge(String from) {
        return NODES.objectNode().put("from", from);
    }

    private static void route(String from, String when, JsonNode route, List<ObjectNode> edges) {
        if (route == null || route.isNull()) {
            return;
        }
        if (route.isArray()) {
            route.forEach(part -> route(from, when, part, edges));
        } else if (route.has("if")) {
            String condition = condition(route.get("if"));
            route(from, both(when, condition), route.get("then"), edges);
            route(from, both(when, "!(" + condition + ")"), route.get("else"), edges);
        } else if (route.has("sendEach")) {
            JsonNode each = route.get("sendEach");
            ObjectNode edge = conditional(from, when);
            edge.put("forEach", elements(each.get("path").asText())).set("to", each.get("node"));
            if (each.has("as")) {
                edge.set("as", each.get("as"));
            }
            edges.add(edge);
        } else if (route.has("sends")) {
            for (JsonNode send : route.get("sends")) {
                ObjectNode edge = conditional(from, when);
                edge.put("forEach", "[" + Values.cel(send.get("arg")) + "]").set("to", send.get("node"));
                edges.add(edge);
            }
        } else if (!route.path("to").isEmpty() || route.path("to").isTextual()) {
            ObjectNode edge = conditional(from, when);
            edge.set("to", distinct(route.get("to")));
            edges.add(edge);
        }
    }

    private static String elements(String channel) {
        return "has(state." + channel + ") ? state." + channel + " : []";
    }

    private static JsonNode distinct(JsonNode names) {
        Set<String> seen = new HashSet<>();
        ArrayNode all = NODES.arrayNode();
        names.forEach(name -> {
            if (seen.add(name.asText())) {
                all.add(name);
            }
        });
        return names.isTextual() ? names : all;
    }

    private static ObjectNode conditional(String from, String when) {
        ObjectNode edge = edge(from);
        return when.isEmpty() ? edge : edge.put("when", when);
    }

    private static String both(String one, String other) {
        return one.isEmpty() ? other : one + " && " + other;
    }

    private static String condition(JsonNode given) {
        String channel = Values.celOfChannel(given.get("path").asText());
        String value = given.path("len").asBoolean() ? "size(" + channel + ")" : channel;
        return "(" + value + " " + given.path("op").asText("==") + " " + Values.cel(given.get("value")) + ")";
    }

    /** In LangGraph a path may just end; our authors say so. */
    private static void leadOn(List<ObjectNode> edges, List<String> nodes) {
        List<String> sources = new ArrayList<>(nodes);
        sources.add("START");
        for (String source : sources) {
            List<ObjectNode> own = edges.stream()
                    .filter(edge -> edge.get("from").asText().equals(source))
                    .toList();
            boolean always = own.stream().anyMatch(edge -> !edge.has("when"));
            if (!own.isEmpty() && !always) {
                edges.add(edge(source).put("otherwise", true).put("to", "END"));
            } else if (own.isEmpty()) {
                edges.add(edge(source).put("to", "END"));
            }
        }
    }
}
