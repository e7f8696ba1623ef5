package dev.postroad.runtime.agent.attempt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentLogger;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.Definitions;
import dev.postroad.contracts.definition.GuardSettings;
import dev.postroad.contracts.definition.RetrySettings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.java.JavaAgentClient;
import dev.postroad.runtime.agent.java.JavaAgents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** What the tests of this package call agents with. */
public final class Calls {
    /** The time that never passes. */
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    public static final Instant DEADLINE = NOW.plusSeconds(60);
    public static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private Calls() {}

    public static AgentEnvironment environment() {
        return AgentEnvironment.of(Map.of("TOKEN", "s3cret-token"), InstantSource.fixed(NOW));
    }

    public static AgentCall with(String input) {
        return with(json(input), OutputSink.NONE);
    }

    public static AgentCall with(JsonNode input, OutputSink output) {
        return new AgentCall(
                "run-1", "launch", "draft", "1:draft", 2, input, DEADLINE, TRACE, List.of(), output, AgentLogger.NONE);
    }

    public static AgentCall dueAt(Instant deadline) {
        return new AgentCall(
                "run-1",
                "launch",
                "draft",
                "1:draft",
                2,
                json("{}"),
                deadline,
                TRACE,
                List.of(),
                OutputSink.NONE,
                AgentLogger.NONE);
    }

    public static AgentCall answered(JsonNode... answers) {
        return new AgentCall(
                "run-1",
                "launch",
                "draft",
                "1:draft",
                2,
                json("{}"),
                DEADLINE,
                TRACE,
                List.of(answers),
                OutputSink.NONE,
                AgentLogger.NONE);
    }

    public static JsonNode json(String text) {
        try {
            return Json.read(text.replace('\'', '"'));
        } catch (FaultsException notJson) {
            throw new AssertionError(notJson);
        }
    }

    /** A client for an agent of this process. */
    public static AgentClient client(JavaAgent agent) {
        return new JavaAgentClient(JavaAgents.of(List.of(agent).iterator()), agent.name());
    }

    /** A definition from lines of YAML that follow its name. */
    public static AgentDefinition agent(String kind, String... settings) {
        String yaml = "agent: worker-1\nkind: " + kind + "\n" + String.join("\n", settings) + "\n";
        try {
            return (AgentDefinition) Definitions.readAll(yaml).getFirst();
        } catch (FaultsException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** A definition as the reader of definitions would not let it pass. */
    public static AgentDefinition unchecked(AgentDefinition.Kind kind, String... settings) {
        try {
            JsonNode source = new YAMLMapper().readTree("agent: worker-1\n" + String.join("\n", settings));
            return new AgentDefinition(
                    "worker-1", kind, null, RetrySettings.UNSET, GuardSettings.DEFAULT, (ObjectNode) source);
        } catch (JsonProcessingException wrong) {
            throw new AssertionError(wrong);
        }
    }

    public static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    /** A call whose lines go to a logger. */
    public static AgentCall logged(AgentLogger log) {
        return new AgentCall(
                "run-1", "launch", "draft", "1:draft", 2, json("{}"), DEADLINE, TRACE, List.of(), OutputSink.NONE, log);
    }
}
