package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A secret that stands in a definition as it is. */
@NullMarked
final class LiteralSecretsTest {
    private static ObjectNode agent() throws FaultsException {
        return (ObjectNode) Json.read("""
            {"agent": "a", "kind": "http", "url": "http://host/",
             "headers": {"Authorization": "Bearer abc-def", "X-Api-Key": "k", "Accept": "text/plain",
                         "Cookie": "${env:POSTROAD_AGENT_COOKIE}"}}""");
    }

    @Test
    void isNotShown() throws FaultsException {
        assertThat(LiteralSecrets.masked(agent()).get("headers")).isEqualTo(Json.read("""
            {"Authorization": "***", "X-Api-Key": "***", "Accept": "text/plain",
             "Cookie": "${env:POSTROAD_AGENT_COOKIE}"}"""));
        assertThat(LiteralSecrets.of(agent())).containsExactly("abc-def", "k");
    }

    @Test
    void isWarnedOf() throws FaultsException {
        assertThat(Definitions.warnings(Definitions.read(agent())))
                .extracting(Fault::place)
                .containsExactly("headers.Authorization", "headers.X-Api-Key");
    }

    @Test
    void isFoundInTheEnvironmentOfAProgramAndWithAnotherModelToo() throws FaultsException {
        ObjectNode tool = (ObjectNode) Json.read("""
            {"agent": "a", "kind": "mcp", "tool": "t", "command": ["npx"],
             "env": {"OPENAI_API_KEY": "key-1", "PGPASSWORD": "key-2", "HOME": "/tmp"}}""");
        assertThat(LiteralSecrets.of(tool)).containsExactly("key-1", "key-2");
        assertThat(LiteralSecrets.masked(tool).toString()).contains("/tmp").doesNotContain("key-");
        assertThat(Definitions.warnings(Definitions.read(tool)))
                .extracting(Fault::place)
                .containsExactly("env.OPENAI_API_KEY", "env.PGPASSWORD");
        ObjectNode model = (ObjectNode) Json.read("""
            {"agent": "a", "kind": "llm", "prompt": "p", "fallback": {"provider": "anthropic", "apiKey": "key-3"}}""");
        assertThat(LiteralSecrets.masked(model).toString()).doesNotContain("key-");
    }
}
