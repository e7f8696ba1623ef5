package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.AgentReply.Completed;
import dev.postroad.contracts.agent.AgentReply.Faulted;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.attempt.StubServer;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What servers of models send, as their documentation describes it, one file each, and what becomes of it. */
final class RecordedAnswersTest {
    private static final YAMLMapper YAML = new YAMLMapper();

    private static StubServer server;
    private static AgentClients clients;

    @BeforeAll
    static void start() throws IOException {
        server = StubServer.start();
        clients = new AgentClients(Calls.environment().withLlm(server.url(), "sk-key", "house-model"));
    }

    @AfterAll
    static void stop() {
        clients.close();
        server.close();
    }

    static Stream<String> names() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    private static Path folder() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(RecordedAnswersTest.class.getResource("/recorded-answers"))
                .toURI());
    }

    @ParameterizedTest
    @MethodSource("names")
    void isUnderstood(String name) throws Exception {
        JsonNode recorded = YAML.readTree(folder().resolve(name).toFile());
        server.answers(
                200,
                recorded.path("body").textValue(),
                "Content-Type",
                recorded.path("contentType").textValue());
        List<String> shown = new ArrayList<>();

        AgentReply reply = call(recorded, shown);

        assertThat(told(reply, recorded.path("expect"))).isEqualTo(recorded.path("expect"));
        if (reply instanceof Completed completed) {
            assertThat(String.join("", shown))
                    .isEqualTo(completed.output().path("text").textValue());
        }
    }

    @Test
    void thereAreAsManyAsThereWere() throws Exception {
        assertThat(names()).hasSizeGreaterThanOrEqualTo(48);
    }

    private static AgentReply call(JsonNode recorded, List<String> shown) throws Exception {
        List<String> settings = new ArrayList<>(List.of("baseUrl: " + server.url()));
        recorded.path("settings").forEach(line -> settings.add(line.textValue()));
        try (AgentClient client = clients.open(Calls.agent("llm", settings.toArray(String[]::new)))) {
            return client.call(Calls.with(Calls.json("{}"), shown::add));
        }
    }

    /** In the form of the files; of a message counts whether it says what it has to. */
    private static JsonNode told(AgentReply reply, JsonNode expected) throws IOException {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        switch (reply) {
            case Completed completed -> {
                told.set("output", completed.output());
                completed.usage().putInto(told.putObject("usage"));
            }
            case Faulted fault -> {
                String part = expected.path("fault").path("message").asText();
                told.putObject("fault")
                        .put("type", fault.type())
                        .put("retryable", fault.retryable())
                        .put("message", fault.message().contains(part) ? part : fault.message());
            }
            case AgentReply.Interrupted _, AgentReply.CallingTools _, AgentReply.Sleeping _ ->
                throw new AssertionError(reply);
        }
        return YAML.readTree(YAML.writeValueAsBytes(told));
    }
}
