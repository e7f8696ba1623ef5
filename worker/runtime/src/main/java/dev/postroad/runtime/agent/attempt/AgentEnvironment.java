package dev.postroad.runtime.agent.attempt;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this worker gives to all agents, whatever their definitions say. Immutable.
 *
 * @param defaultLlmBaseUrl where LLM agents that name no {@code baseUrl} go; null where the operator named none
 * @param llmApiKey goes with {@code defaultLlmBaseUrl}; null for servers that ask for none
 * @param llmModel the model of LLM agents that name none; may be empty
 * @param connectTimeout the longest wait for a connection, a part of an attempt's time
 * @param maxAnswerBytes the longest answer that is read, 1 to 1 GiB
 * @param pluginFolder where jars with Java agents are; null for none
 * @param secretsFolder where the files are that {@code ${file:NAME}} in a definition may refer to; null for none
 * @param variables what {@code ${env:NAME}} in a definition may refer to, where the rules allow it
 * @param mcpCommands the programs that definitions of MCP agents may have this worker start
 * @param secretRules which of these definitions may refer to
 * @param reach where agents may be
 * @param clock gives the time left until a deadline or a {@code Retry-After} date
 */
public record AgentEnvironment(
        @Nullable String defaultLlmBaseUrl,
        @Nullable String llmApiKey,
        String llmModel,
        Duration connectTimeout,
        int maxAnswerBytes,
        @Nullable Path pluginFolder,
        @Nullable Path secretsFolder,
        Map<String, String> variables,
        Set<String> mcpCommands,
        InstantSource clock,
        SecretRules secretRules,
        Reach reach) {

    /** The longest wait for a connection, unless said otherwise. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** The longest answer that is read, unless said otherwise. */
    public static final int DEFAULT_MAX_ANSWER_BYTES = 1 << 20;

    private static final int MOST_ANSWER_BYTES = 1 << 30;

    public AgentEnvironment {
        if (!connectTimeout.isPositive()) {
            throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
        }
        if (maxAnswerBytes < 1 || maxAnswerBytes > MOST_ANSWER_BYTES) {
            throw new IllegalArgumentException(
                    "maxAnswerBytes must be 1 to " + MOST_ANSWER_BYTES + ": " + maxAnswerBytes);
        }
        variables = Map.copyOf(variables);
        mcpCommands = Set.copyOf(mcpCommands);
    }

    /** The defaults: no LLM server. */
    public static AgentEnvironment of(Map<String, String> variables, InstantSource clock) {
        return new AgentEnvironment(
                null,
                null,
                "",
                DEFAULT_CONNECT_TIMEOUT,
                DEFAULT_MAX_ANSWER_BYTES,
                null,
                null,
                variables,
                Set.of(),
                clock,
                SecretRules.NONE,
                Reach.DEFAULT);
    }

    /** The same with an LLM server. */
    public AgentEnvironment withLlm(String baseUrl, @Nullable String apiKey, String model) {
        return new AgentEnvironment(
                baseUrl,
                apiKey,
                model,
                connectTimeout,
                maxAnswerBytes,
                pluginFolder,
                secretsFolder,
                variables,
                mcpCommands,
                clock,
                secretRules,
                reach);
    }

    /** The same with another bound on answers. */
    public AgentEnvironment withMaxAnswerBytes(int bytes) {
        return new AgentEnvironment(
                defaultLlmBaseUrl,
                llmApiKey,
                llmModel,
                connectTimeout,
                bytes,
                pluginFolder,
                secretsFolder,
                variables,
                mcpCommands,
                clock,
                secretRules,
                reach);
    }

    /** The same with a folder for jars with Java agents. */
    public AgentEnvironment withPluginFolder(Path folder) {
        return new AgentEnvironment(
                defaultLlmBaseUrl,
                llmApiKey,
                llmModel,
                connectTimeout,
                maxAnswerBytes,
                folder,
                secretsFolder,
                variables,
                mcpCommands,
                clock,
                secretRules,
                reach);
    }

    /** The same with programs that may be started. */
    public AgentEnvironment withMcpCommands(Set<String> programs) {
        return new AgentEnvironment(
                defaultLlmBaseUrl,
                llmApiKey,
                llmModel,
                connectTimeout,
                maxAnswerBytes,
                pluginFolder,
                secretsFolder,
                variables,
                programs,
                clock,
                secretRules,
                reach);
    }

    /** The same with other rules. */
    public AgentEnvironment withRules(SecretRules secrets, Reach where) {
        return new AgentEnvironment(
                defaultLlmBaseUrl,
                llmApiKey,
                llmModel,
                connectTimeout,
                maxAnswerBytes,
                pluginFolder,
                secretsFolder,
                variables,
                mcpCommands,
                clock,
                secrets,
                where);
    }

    /** Leaves out the key and the variables, which hold secrets. */
    @Override
    public String toString() {
        return "AgentEnvironment[" + defaultLlmBaseUrl + ", " + llmModel + ", " + connectTimeout + ", " + maxAnswerBytes
                + " bytes, plug-ins in " + pluginFolder + "]";
    }
}
