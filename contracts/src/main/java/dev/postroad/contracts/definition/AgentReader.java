package dev.postroad.contracts.definition;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.AgentDefinition.Kind;
import dev.postroad.contracts.json.Fields;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads an agent, and checks the settings that only its kind understands; these stay in the source. */
final class AgentReader {
    private static final String KIND_REMEDY = "say llm, http, kafka, mcp or java";
    private static final Map<String, Kind> KINDS =
            Arrays.stream(Kind.values()).collect(Collectors.toMap(Kind::publicName, Function.identity()));
    private static final Set<String> COMMON = Set.of("agent", "kind", "description", "timeout", "retry", "onExhausted");
    private static final Map<Kind, Set<String>> OF_KIND = Map.of(
            Kind.LLM, LlmFields.KNOWN,
            Kind.HTTP, Set.of("url", "headers", "reconcile"),
            Kind.MCP, Set.of("tool", "reconcile", "url", "headers", "command", "env"),
            Kind.KAFKA, Set.of("heartbeat", "reconcile"),
            Kind.JAVA, Set.of("provider"));

    static final Pattern URL = Pattern.compile("https?://\\S+");
    static final String URL_RULE = "an address that starts with http:// or https://";
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(1);

    private AgentReader() {}

    static AgentDefinition read(Fields fields) {
        String name = fields.text("agent", Names.NAME, Names.NAME_RULE);
        fields.text("description");
        Kind kind = kind(fields);
        return new AgentDefinition(
                name == null ? "" : name,
                kind,
                fields.duration("timeout"),
                RetrySettings.of(fields),
                GuardSettings.read(fields, kind),
                fields.object());
    }

    private static Kind kind(Fields fields) {
        String name = fields.requiredText("kind", KIND_REMEDY);
        Kind kind = KINDS.get(name);
        if (kind == null) {
            if (!name.isEmpty()) {
                fields.fault("kind", "is " + Fields.quoted(name), KIND_REMEDY);
            }
            return Kind.JAVA;
        }
        Set<String> known = new HashSet<>(COMMON);
        known.addAll(GuardSettings.KNOWN);
        known.addAll(OF_KIND.getOrDefault(kind, Set.of()));
        fields.onlyKnown(known);
        checkSettings(kind, fields);
        return kind;
    }

    private static void checkMcp(Fields fields) {
        fields.requiredText("tool", "name a tool of the server");
        if (fields.has("reconcile")) {
            fields.requiredText("reconcile", "name the tool of the server that says what came of a call");
        }
        if (fields.has("url") == fields.has("command")) {
            fields.fault(
                    "url",
                    fields.has("url") ? "stands beside command" : "is missing, and so is command",
                    "give the address of the server, or the command that is one");
        }
        fields.text("url", URL, URL_RULE);
        fields.textMap("headers");
        fields.texts("command");
        fields.textMap("env");
    }

    private static void checkKafka(Fields fields) {
        Duration heartbeat = fields.duration("heartbeat");
        if (heartbeat != null && heartbeat.compareTo(SHORTEST_HEARTBEAT) < 0) {
            fields.fault("heartbeat", "is " + heartbeat, "use " + SHORTEST_HEARTBEAT + " or more");
        }
        fields.truth("reconcile");
        if (fields.has("bulkhead")) {
            fields.fault(
                    "bulkhead",
                    "bounds calls, and an agent on Kafka takes its tasks when it can",
                    "leave it out; the agent's own consumers decide how many tasks it has at once");
        }
    }

    private static void checkHttp(Fields fields) {
        if (!fields.has("url")) {
            fields.fault("url", "is missing", "give the address that takes the POST");
        }
        fields.text("url", URL, URL_RULE);
        fields.textMap("headers");
        JsonNode reconcile = fields.tree("reconcile");
        if (reconcile != null && reconcile.isBoolean()) {
            fields.fault(
                    "reconcile",
                    "is a truth value",
                    "give the address that takes the question, which may be the url; true is for agents on Kafka");
        } else {
            fields.text("reconcile", URL, URL_RULE);
        }
    }

    private static void checkSettings(Kind kind, Fields fields) {
        switch (kind) {
            case LLM -> LlmFields.check(fields);
            case HTTP -> checkHttp(fields);
            case MCP -> checkMcp(fields);
            case KAFKA -> checkKafka(fields);
            case JAVA -> fields.text("provider");
        }
    }
}
