package dev.postroad.runtime.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.definition.AgentDefinition;
import dev.postroad.contracts.definition.LiteralSecrets;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.SecretReferences;
import java.util.HashSet;
import java.util.Set;

/** What an agent of any kind is sent that nobody else is to see: what its definition refers to, or holds as it is. */
final class SecretsOfDefinition {
    private static final int SHORTEST = 8;

    private SecretsOfDefinition() {}

    static Set<String> of(AgentDefinition definition, AgentEnvironment environment) {
        Fields fields = Fields.of(definition.source(), "", new FaultList());
        SecretReferences references = new SecretReferences(environment);
        resolve(definition.source(), fields, references);
        Set<String> secrets = new HashSet<>(references.secrets());
        secrets.addAll(LiteralSecrets.of(definition.source()));
        String key = environment.llmApiKey();
        if (definition.kind() == AgentDefinition.Kind.LLM && key != null) {
            secrets.add(key);
        }
        // Shorter ones are words that agents use for what they mean.
        secrets.removeIf(secret -> secret.length() < SHORTEST);
        return secrets;
    }

    private static void resolve(JsonNode tree, Fields fields, SecretReferences references) {
        if (tree.isTextual()) {
            String _ = references.resolve(fields, "", tree.textValue());
        } else {
            tree.forEach(inner -> resolve(inner, fields, references));
        }
    }
}
