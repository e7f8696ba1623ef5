package dev.postroad.runtime.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.definition.AgentDefinition.Kind;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.Calls;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentClientsTest {
    private final AgentClients clients = new AgentClients(Calls.environment());

    @AfterEach
    void stop() {
        clients.close();
    }

    @Test
    void findsAJavaAgentByTheProviderThatTheAuthorNames() throws Exception {
        AgentClient client = clients.open(Calls.agent("java", "provider: test-echo", "timeout: PT5S"));

        assertThat(client.call(Calls.with("{'a':1}"))).isEqualTo(AgentReply.completed(Calls.json("{'a':1}")));
    }

    @Test
    void listsTheJavaAgentsThatThereAreAndWhyOthersAreMissing() {
        assertThat(faults(Kind.JAVA)).singleElement().satisfies(fault -> {
            assertThat(fault.place()).isEqualTo("provider");
            assertThat(fault.problem()).isEqualTo("no JavaAgent is named \"worker-1\"");
            assertThat(fault.remedy()).contains("test-echo").contains("BrokenAgent", "no licence file");
        });
    }

    @Test
    void opensWhateverTheReaderOfDefinitionsTakes() throws Exception {
        String[] common = {
            "description: d", "timeout: PT5S", "retry: { maxAttempts: 2 }",
            "circuitBreaker: {}", "bulkhead: { calls: 64 }", "rateLimit: { calls: 100 }"
        };

        open("java", common, "provider: test-echo");
        open("http", common, "url: http://host/", "headers: { A: b }");
        open(
                "llm",
                common,
                "system: s",
                "prompt: p",
                "model: m",
                "temperature: 1",
                "maxTokens: 1",
                "response: json",
                "provider: anthropic",
                "apiKey: ${env:TOKEN}",
                "fallback: { model: n, provider: openai, baseUrl: 'https://host/v1' }",
                "history: messages",
                "seed: 1",
                "stop: END",
                "options: { top_p: 1 }",
                "stream: false",
                "schema: { type: object }",
                "onCutOff: accept",
                "baseUrl: https://host/v1");
    }

    @Test
    void reportsAllFaultsOfAnHttpAgentAtOnce() {
        assertThat(faults(
                        Kind.HTTP,
                        "url: ftp://host/",
                        "uri: x",
                        "headers: { Authorization: '${env:NOWHERE}', Host: a, traceparent: b, X: 1, 'a b': c }"))
                .extracting(Fault::place)
                .containsExactlyInAnyOrder(
                        "uri",
                        "url",
                        "headers.X",
                        "headers.Authorization",
                        "headers.Host",
                        "headers.traceparent",
                        "headers.a b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"''", "host", "'http:'", "http:///path", "'http://a b/'", "http://u:p@host/", "3", "null"})
    void refusesWhatIsNoAddress(String url) {
        assertThat(faults(Kind.HTTP, "url: " + url)).singleElement().satisfies(fault -> {
            assertThat(fault.place()).isEqualTo("url");
            assertThat(fault.remedy()).isNotEmpty();
        });
    }

    @Test
    void doesNotShowASecretThatCannotBeSent() {
        AgentEnvironment environment = AgentEnvironment.of(Map.of("TOKEN", "se\ncret"), InstantSource.fixed(Calls.NOW));
        try (AgentClients others = new AgentClients(environment)) {
            assertThatThrownBy(() ->
                            others.open(Calls.agent("http", "url: http://host/", "headers: { A: '${env:TOKEN}' }")))
                    .hasMessageContaining("headers.A")
                    .hasMessageNotContaining("cret");
        }
    }

    @Test
    void reportsAllFaultsOfAnLlmAgentAtOnce() {
        assertThat(faults(
                        Kind.LLM,
                        "system: 1",
                        "prompt: ' '",
                        "temperature: 2.1",
                        "maxTokens: 0",
                        "response: xml",
                        "url: http://host"))
                .extracting(Fault::place)
                .containsExactlyInAnyOrder(
                        "url", "baseUrl", "model", "system", "prompt", "temperature", "maxTokens", "response");
    }

    @Test
    void saysWhatIsWrongWithTheFormOfAnswersAndWhereKeysBelong() {
        assertThat(faults(
                        Kind.LLM,
                        "baseUrl: http://host/v1",
                        "model: m",
                        "apiKey: sk-plain",
                        "response: text",
                        "schema: { type: nothing }",
                        "onCutOff: retry",
                        "options: { messages: [] }",
                        "fallback: { modle: n }"))
                .extracting(fault -> fault.place() + ": " + fault.problem())
                .noneMatch(told -> told.contains("sk-plain"))
                .map(told -> told.substring(0, told.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "apiKey",
                        "response",
                        "schema",
                        "onCutOff",
                        "options.messages",
                        "fallback.modle",
                        "fallback.model");
    }

    @Test
    void saysHowToNameAModelServer() {
        assertThat(faults(Kind.LLM, "model: m"))
                .containsExactly(new Fault(
                        "baseUrl",
                        "is missing, and the worker has no default",
                        "set it, or POSTROAD_LLM_BASE_URL on every worker"));
    }

    @Test
    void saysWhenTheWorkersModelServerIsNoAddress() {
        try (AgentClients others = new AgentClients(Calls.environment().withLlm("localhost:11434", null, "m"))) {
            assertThatThrownBy(() -> others.open(Calls.agent("llm")))
                    .hasMessageContaining("baseUrl: defaults to \"localhost:11434\"")
                    .hasMessageContaining("POSTROAD_LLM_BASE_URL");
        }
    }

    @Test
    void theEnvironmentDoesNotPrintItsSecrets() {
        assertThat(Calls.environment().withLlm("http://host", "sk-secret", "m").toString())
                .doesNotContain("sk-secret", "s3cret-token");
    }

    @Test
    void theEnvironmentHasTheDocumentedDefaults() {
        assertThat(Calls.environment().connectTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(Calls.environment().maxAnswerBytes()).isEqualTo(1_048_576);
    }

    private void open(String kind, String[] common, String... settings) throws FaultsException {
        String[] all = Stream.of(common, settings).flatMap(Arrays::stream).toArray(String[]::new);
        clients.open(Calls.agent(kind, all)).close();
    }

    private List<Fault> faults(Kind kind, String... settings) {
        FaultsException thrown =
                catchThrowableOfType(FaultsException.class, () -> clients.open(Calls.unchecked(kind, settings)));
        return thrown.faults();
    }
}
